//! What stands beside the log: the schema that auditors query it by, texts behind commitments, identities behind random
//! ids. The latter may be erased; none of them may say anything else than what was recorded.

use sqlx::{Row, SqliteConnection};

use super::Run;
use crate::ledger::store::{commitment, strange_schema};
use crate::terms::problem::printable;

const PAGE: i64 = 4096;

/// A person of a session whose registered identity is not the one that was committed to.
const EXCHANGED: &str = "\
    SELECT e.seq FROM entry e, json_each('[\"subject\", \"principal\"]') f
      JOIN subject s ON s.subject = (e.body ->> ('$.' || f.value))
      JOIN payload p ON p.commitment = (e.body ->> ('$.' || f.value || '_seal'))
     WHERE e.kind = 'session.open' AND p.text IS NOT s.identity ORDER BY e.seq LIMIT 1";

/// How many sessions there are whose human cannot be told any more.
const ERASED: &str = "\
    SELECT count(*) FROM entry e WHERE e.kind = 'session.open'
       AND NOT EXISTS (SELECT 1 FROM payload p WHERE p.commitment = (e.body ->> '$.subject_seal'))";

pub(super) async fn check(connection: &mut SqliteConnection, run: &mut Run<'_>) -> Result<(), sqlx::Error> {
    if let Some(name) = strange_schema(connection).await? {
        let name = printable(&name);
        run.fail(0, format!("the schema is another one: `{name}` is not as this version makes it"));
    }
    texts(connection, run).await?;
    if let Some(row) = sqlx::query(EXCHANGED).fetch_optional(&mut *connection).await? {
        let seq = row.try_get(0)?;
        run.fail(seq, "the identity behind its subject or principal was exchanged");
    }
    let erased: i64 = sqlx::query(ERASED).fetch_one(&mut *connection).await?.try_get(0)?;
    if erased > 0 {
        run.not_shown.push(format!("for whom {erased} sessions were: their identities are erased"));
    }
    Ok(())
}

/// Every text is the one that was committed to.
async fn texts(connection: &mut SqliteConnection, run: &mut Run<'_>) -> Result<(), sqlx::Error> {
    let mut from = String::new();
    loop {
        let sql =
            "SELECT commitment, salt, text FROM payload WHERE commitment > ? ORDER BY commitment LIMIT ?";
        let rows = sqlx::query(sql).bind(&from).bind(PAGE).fetch_all(&mut *connection).await?;
        let Some(last) = rows.last() else { return Ok(()) };
        from = last.try_get(0)?;
        for row in &rows {
            let (kept, salt, text): (String, Vec<u8>, String) =
                (row.try_get(0)?, row.try_get(1)?, row.try_get(2)?);
            if commitment(&salt, &text) != kept {
                let sql = "SELECT seq FROM entry WHERE instr(body, ?) > 0 ORDER BY seq LIMIT 1";
                let named = sqlx::query(sql).bind(kept).fetch_optional(&mut *connection).await?;
                let seq = named.map_or(Ok(0), |row| row.try_get(0))?;
                run.fail(seq, "a text beside it is not the one that was committed to");
                return Ok(());
            }
        }
    }
}
