//! Any line, in every mode of every shipped platform: what comes out is printable, within bounds, and its own
//! canonical form.

#![no_main]

use std::sync::LazyLock;

use libfuzzer_sys::fuzz_target;
use portcullis::command::canonicalize;
use portcullis::grammar::GrammarSet;
use portcullis::terms::PresentedLine;

static GRAMMARS: LazyLock<GrammarSet> =
    LazyLock::new(|| GrammarSet::shipped().unwrap_or_else(|problems| panic!("{problems}")));

fuzz_target!(|bytes: &[u8]| {
    let Ok(line) = PresentedLine::parse(bytes) else { return };
    for grammar in GRAMMARS.iter() {
        for mode in grammar.modes() {
            let Ok(command) = canonicalize(grammar, grammar.parse(mode, &line)) else { continue };
            assert!(command.text().len() <= grammar.facts().max_line);
            let text = PresentedLine::parse(command.text().as_bytes()).expect("canonical text is printable");
            let again =
                canonicalize(grammar, grammar.parse(mode, &text)).expect("canonical text is a command");
            assert_eq!(again, command);
        }
    }
});
