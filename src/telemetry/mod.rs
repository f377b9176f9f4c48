//! Logs for operators: to journald under systemd, as lines on stderr otherwise.
//!
//! Logs are never the audit record: the ledger is. A log that cannot be written is dropped.

use std::io::IsTerminal;

use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;
use tracing_subscriber::{EnvFilter, Layer};

/// Where logs go and what is let through when `PORTCULLIS_LOG` does not say.
const DEFAULT_FILTER: &str = "portcullis=info,warn";

/// Starts logging for the whole process. A second call does nothing.
///
/// Under systemd (`JOURNAL_STREAM` is set) fields go to journald; otherwise stderr gets readable lines on a
/// terminal and JSON elsewhere.
pub fn start() {
    let filter = EnvFilter::try_from_env("PORTCULLIS_LOG").unwrap_or_else(|_| EnvFilter::new(DEFAULT_FILTER));
    let _ = tracing_subscriber::registry().with(sink().with_filter(filter)).try_init();
}

type Sink = Box<dyn Layer<tracing_subscriber::Registry> + Send + Sync>;

fn sink() -> Sink {
    let journald = std::env::var_os("JOURNAL_STREAM").and_then(|_| tracing_journald::layer().ok());
    match journald {
        Some(layer) => layer
            .with_syslog_identifier("portcullis".to_owned())
            .with_field_prefix(Some("PORTCULLIS".to_owned()))
            .boxed(),
        None if std::io::stderr().is_terminal() => {
            tracing_subscriber::fmt::layer().with_writer(std::io::stderr).with_target(false).boxed()
        }
        None => tracing_subscriber::fmt::layer().json().with_writer(std::io::stderr).boxed(),
    }
}
