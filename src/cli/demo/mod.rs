//! `portcullis demo`: a gate, two simulated routers, a real SSH client, and what each of them saw.

mod client;
mod scene;
pub mod site;

use std::fs::DirBuilder;
use std::io;
use std::net::SocketAddr;
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};

use uuid::Uuid;

use super::{NO, OK, TROUBLE, complain, runtime, say};
use crate::daemon::{Daemon, assemble};
use crate::ledger;
use crate::terms::CorrelationId;
use client::Client;
use site::Site;

/// Start a gate with simulated routers and walk through it.
///
/// Mints tokens, runs an allowed read, a planned change and three attempts to get round the gate through a real
/// SSH client, and shows what the client and the router saw, and what the ledger holds. Needs no root, no network
/// and no file outside the folder. Exit status 0: everything went as it should.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// Leave it running afterwards and print the ssh line to type
    #[arg(long)]
    keep: bool,
    /// Keep configuration, keys and ledger in DIR (made if it is not there, must be empty) instead of a temporary
    /// folder
    #[arg(long, value_name = "DIR")]
    dir: Option<PathBuf>,
}

pub(super) fn run(args: &Args) -> u8 {
    let done = runtime().and_then(|runtime| runtime.block_on(demo(args)));
    match done {
        Ok(true) => OK,
        Ok(false) => {
            complain(&"the demo did not go as it should: see the lines marked FAILED");
            NO
        }
        Err(why) => {
            complain(&why);
            TROUBLE
        }
    }
}

async fn demo(args: &Args) -> io::Result<bool> {
    let folder = Folder::make(args.dir.as_deref())?;
    let site = Site::build(folder.path()).await?;
    let settings = assemble(&site.config()).map_err(io::Error::other)?.ledger_settings();
    let daemon = Daemon::start(&site.config()).await.map_err(io::Error::other)?;
    let gate =
        daemon.addresses().first().copied().ok_or_else(|| io::Error::other("the gate does not listen"))?;
    let client = Client::find(&site, gate)?;
    introduce(&site, gate, &client);
    let good = scene::play(&site, gate, &client).await?;
    if args.keep {
        keep(&site, gate).await?;
    }
    let kept = ledger::latest_note(&site.ledger()).await.map_err(io::Error::other)?;
    daemon.stop().await;
    let (whole, proof) = scene::proof(&site, &settings, kept.as_deref()).await?;
    say(&proof);
    Ok(good && whole)
}

fn introduce(site: &Site, gate: SocketAddr, client: &Client) {
    say(&format!("gate     {gate}  ({})", site::GATE));
    for router in &site.routers {
        say(&format!("router   {}  {}, simulated {}", router.sim.addr(), router.name, router.platform));
    }
    say(&format!("client   {}", client.name()));
    say(&format!("files    {}", site.dir.display()));
}

/// Waits for ^C with everything running.
async fn keep(site: &Site, gate: SocketAddr) -> io::Result<()> {
    let known_hosts = site.pin(gate)?;
    let line = |account: &str, device: &str| {
        let options = client::options(&known_hosts, &site.key(account), gate).join(" ");
        format!("ssh {options} {account}+{device}@{}", gate.ip())
    };
    let token = site.dir.join("token");
    let minted = scene::mint(site, "core1", "show_bgp_summary", &[], &CorrelationId::mint(Uuid::now_v7()))?;
    if !token.exists() {
        crate::sys::write_new_secret(&token, minted.as_bytes())?;
    }
    say("\nThe gate is running; ^C ends it. As a person, by key alone:\n");
    say(&line("alice", "core1"));
    say(
        "\nAs the MCP server; the token (good for two minutes and one session) goes by the environment, never in argv:\n",
    );
    say(&format!("{}=\"$(cat {})\" {}", client::TOKEN_ENV, token.display(), line("net-mcp", "core1")));
    let (config, key) = (site.config(), site.key("issuer.pem"));
    say("\nA fresh one, as an MCP server would mint it:\n");
    say(&format!(
        "portcullis intent mint --config {} --key {} --device core1 show_bgp_summary > {}",
        config.display(),
        key.display(),
        token.display()
    ));
    tokio::signal::ctrl_c().await
}

/// The demo's folder: removed at the end unless the user named it.
struct Folder {
    path: PathBuf,
    temporary: bool,
}

impl Folder {
    fn make(named: Option<&Path>) -> io::Result<Self> {
        match named {
            Some(path) => {
                std::fs::create_dir_all(path)?;
                if std::fs::read_dir(path)?.next().is_some() {
                    return Err(io::Error::other(format!("{} is not empty", path.display())));
                }
                Ok(Self { path: path.canonicalize()?, temporary: false })
            }
            None => {
                let name = format!("portcullis-demo-{}", uuid::Uuid::now_v7().simple());
                let path = std::env::temp_dir().join(name);
                DirBuilder::new().mode(0o700).create(&path)?;
                Ok(Self { path, temporary: true })
            }
        }
    }

    fn path(&self) -> &Path {
        &self.path
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        if self.temporary {
            // Nothing of the demo stays; what cannot be removed is the system's temporary folder's to clean.
            let _ = std::fs::remove_dir_all(&self.path);
        }
    }
}
