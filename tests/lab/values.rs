//! Values to type: good ones in several spellings, and some that are none.

use super::generate::Random;

/// What a value is often worth behind a certain word; the names that these words want have a form of their own.
const BEHIND: &[(&str, &[&str])] = &[
    ("net", &["49.0001.0000.0000.0001.00", "49.0002.1111.2222.3333.00", "49"]),
    ("rd", &["65001:5", "10.9.1.2:7", "065001:5", "65001"]),
    ("export", &["65001:5", "10.9.1.2:7", "x"]),
    ("import", &["65001:5", "10.9.1.2:7", "x"]),
    ("both", &["65001:5", "10.9.1.2:7", "x"]),
    ("rt", &["65001:5", "10.9.1.2:7", "x"]),
    ("soo", &["65001:5", "10.9.1.2:7", "x"]),
    ("community", &["65001:10", "no-export", "additive", "none", "internet", "065001:10", "65001"]),
    ("large-community", &["65001:1:2", "none", "65001:1", "065001:1:2"]),
    ("aggregator", &["65001"]),
    ("esi", &["00:11:22:33:44:55:66:77:88:99", "1"]),
    ("es-id", &["00:11:22:33:44:55:66:77:88:99", "5"]),
    ("label", &["16", "20", "x"]),
    ("area", &["0", "0.0.0.0", "1", "01", "10.9.9.9"]),
    ("peer-group", &["GRP", "GRP2", "grp"]),
    ("bandwidth", &["100", "0100", "1e3", "10.5"]),
    ("metric", &["100", "+5", "-5"]),
    ("interface", &["dif0", "dif1", "lo"]),
    ("vrf", &["red", "default", "blue"]),
    ("view", &["seen", "x"]),
    ("route-map", &["x", "RM"]),
    ("prefix-list", &["DIF", "x"]),
    ("segment-list", &["x", "SL"]),
    ("message-digest-key", &["1", "5"]),
    ("regexp", &["^65001$", "_65001_"]),
];

/// A value for a token type behind the words so far.
pub(crate) fn value(random: &mut Random, kind: &str, before: Option<&str>, configures: bool) -> String {
    if matches!(kind, "NAME" | "STRING" | "IFNAME") && !random.one_in(4) {
        let known = BEHIND.iter().find(|(word, _)| before == Some(*word));
        if let Some((_, all)) =
            known.filter(|(word, _)| kind != "IFNAME" || *word == "interface" && configures)
        {
            return random.pick(all).to_owned();
        }
    }
    random.pick(usual(kind, before, configures)).to_owned()
}

fn usual(kind: &str, before: Option<&str>, configures: bool) -> &'static [&'static str] {
    match kind {
        "A.B.C.D" if before == Some("neighbor") => &["10.9.1.2", "10.9.1.3", "10.9.1.02"],
        "A.B.C.D" if configures => {
            &["10.9.9.9", "10.9.9.8", "010.9.9.9", "0.0.0.0", "255.255.255.0", "224.0.0.5"]
        }
        "A.B.C.D" => &["198.51.102.1", "192.0.2.1", "10.0.0.300", "0.0.0.0"],
        "A.B.C.D/M" if configures => {
            &["10.9.0.0/16", "10.9.8.7/24", "10.9.8.0/024", "0.0.0.0/0", "10.9.1.1/24", "10.9.0.0/33"]
        }
        "A.B.C.D/M" => &["198.51.102.0/24", "198.51.101.0/024", "0.0.0.0/0", "198.51.101.7/24"],
        "X:X::X:X" => &[
            "2001:db8::1",
            "2001:DB8::1",
            "2001:db8:0:0:0:0:0:1",
            "2001:0db8::0001",
            "::ffff:10.9.1.2",
            "fe80::1",
            "2001:db8:::1",
        ],
        "X:X::X:X/M" => &[
            "2001:db8::/32",
            "2001:DB8::1/64",
            "2001:db8:0:0:0:0:0:1/128",
            "::/0",
            "2001:db8::/032",
            "2001:db8::/129",
        ],
        "ASN" => &["65001", "065001", "65010", "4200000000", "1.1", "0"],
        "MAC" => {
            &["00:11:22:33:44:55", "00:11:22:AA:BB:CC", "0011.2233.4455", "00-11-22-33-44-55", "0:1:2:3:4:5"]
        }
        "LIST" => &["1-10,20", "1,2,3", "7-9", "5"],
        "IFNAME" if before == Some("neighbor") => &["GRP", "dif0", "GRP2"],
        "IFNAME" if configures => &["dif0", "dif1", "lo", "dif7"],
        "IFNAME" => &["eth1", "lo", "mgmt0", "nosuch", "Eth1"],
        "NAME" => &["DIF", "x", "DIF-2", "5", "a_b.c", "00:30:00", "x/y:z", "1.5"],
        "URL" => &["/tmp/portcullis-lab-x", "flash:x"],
        "STRING" => &["x", "^65001_", "<a&b>", "100%", "$1", "x;y", "(x)", "+5", "-5", "a!b"],
        "SECRET" => &["S3cretPw", "a#b", "!x", "0123456789abcdef0123", "x%y&z", "5", "\"two words\""],
        "TAIL" => &["x", "x detail 10.0.0.1"],
        "REGEX..." => &["FRR", "^B.*e$", "a  b"],
        "LINE..." => &[
            "old",
            "to  the left",
            "x ; reload",
            "no shutdown",
            "a | include b",
            "a|b",
            "# x",
            "\"a b\"",
            "x ",
            "65001:10 65001:20",
            "^65001_",
            "65001 65002",
        ],
        _ => panic!("a token type without values: {kind}"),
    }
}

/// A number within the bounds, at them, or past them.
pub(crate) fn number(random: &mut Random, range: &str) -> String {
    let (low, high) = range.trim_matches(['(', ')']).split_once('-').expect("range");
    let (least, most): (u64, u64) = (low.parse().expect("number"), high.parse().expect("number"));
    let within = least + u64::try_from(random.below(30)).expect("number") % (most - least + 1);
    match random.below(8) {
        0 => low.to_owned(),
        1 => high.to_owned(),
        2 => (most + 1).to_string(),
        3 => format!("0{within}"),
        _ => within.to_string(),
    }
}
