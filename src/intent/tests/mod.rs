mod admit;
mod catalogue;
mod cursor;

use std::collections::BTreeMap;
use std::sync::LazyLock;

use super::*;
use crate::terms::{Mode, Platform};

static GRAMMARS: LazyLock<GrammarSet> = LazyLock::new(|| GrammarSet::shipped().expect("grammars"));
static SHIPPED: LazyLock<Catalogue> = LazyLock::new(|| Catalogue::shipped(&GRAMMARS).expect("catalogue"));

fn grammars() -> GrammarSet {
    GRAMMARS.clone()
}

fn shipped() -> Catalogue {
    SHIPPED.clone()
}

fn params(pairs: &[(&str, &str)]) -> BTreeMap<String, String> {
    pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
}

fn steps(lines: &[(&str, &str)]) -> Vec<Step> {
    lines
        .iter()
        .map(|(mode, text)| Step { mode: mode.parse().expect("mode"), text: (*text).to_owned() })
        .collect()
}

fn home() -> Mode {
    "privileged".parse().expect("mode")
}

fn platform(name: &str) -> Platform {
    name.parse().expect("platform")
}

#[test]
fn digests_are_those_of_the_published_vectors() {
    let arista = Plan::new(
        platform("arista_eos"),
        home(),
        steps(&[
            ("privileged", "configure terminal"),
            ("config", "interface Ethernet1"),
            ("config-if", "shutdown"),
            ("config-if", "end"),
        ]),
        Vec::new(),
    );
    assert_eq!(arista.digest_text(), "8d3pj6Ck3-MeyFwfofEqofCc_CSnNrugusFWNa7Bajk");
    let frr = Plan::new(platform("frr"), home(), steps(&[("privileged", "show bgp summary")]), Vec::new());
    assert_eq!(frr.digest_text(), "O-Ts0T6JryfI2pHDR8jdnIYM2oCRhYPVCPpeuLR9x00");
}

#[test]
fn the_digest_covers_platform_mode_text_order_and_section() {
    let one = steps(&[("privileged", "show bgp summary")]);
    let two = steps(&[("privileged", "show bgp summary"), ("privileged", "show version")]);
    let digest = |name: &str, plan: &[Step], reads: &[Step]| {
        Plan::new(platform(name), home(), plan.to_vec(), reads.to_vec()).digest()
    };
    let turned: Vec<Step> = two.iter().rev().cloned().collect();
    let all = [
        digest("frr", &one, &[]),
        digest("cisco_ios", &one, &[]),
        digest("frr", &steps(&[("view", "show bgp summary")]), &[]),
        digest("frr", &two, &[]),
        digest("frr", &turned, &[]),
        digest("frr", &one, &two[1..]),
        digest("frr", &[], &two),
    ];
    assert_eq!(all.iter().collect::<std::collections::BTreeSet<_>>().len(), all.len());
}
