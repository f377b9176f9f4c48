//! `portcullis explain`: the table of codes.

use super::{NO, OK, complain, say, table_text};
use crate::terms::Code;
use crate::terms::code::{Row, TABLE};
use crate::terms::problem::printable;

/// What each code means: who has to act, whether to try again.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// A code, such as PLAN_MISMATCH; without one the whole table
    code: Option<String>,
    /// One JSON object per code
    #[arg(long)]
    json: bool,
}

pub(super) fn run(args: &Args) -> u8 {
    let rows = match &args.code {
        None => TABLE.to_vec(),
        Some(name) => match name.to_ascii_uppercase().parse::<Code>() {
            Ok(code) => vec![code.row()],
            Err(_) => {
                complain(&format!(
                    "no code `{}`; `portcullis explain` shows the whole table",
                    printable(name)
                ));
                return NO;
            }
        },
    };
    if args.json {
        rows.iter().for_each(|row| say(&json(row)))
    } else {
        say(&table(&rows))
    }
    OK
}

fn json(row: &Row) -> String {
    serde_json::json!({
        "code": row.name, "fault": row.fault.as_str(), "sentence": row.sentence, "retryable": row.retryable,
    })
    .to_string()
}

fn table(rows: &[Row]) -> String {
    let mut table = super::table(&["code", "who acts", "retry", "meaning"]);
    for row in rows {
        table.add_row([row.name, row.fault.as_str(), if row.retryable { "yes" } else { "no" }, row.sentence]);
    }
    table_text(&table)
}
