//! Token types: what each takes, what not, and the normal form.

use super::*;

fn value(settings: &str, kind: &str, typed: &str) -> Option<String> {
    let own = in_mode(settings, &format!(" x {kind} : read"));
    let command = read_in(&own, &mode("a"), &format!("x {typed}")).ok()?;
    Some(command.text().strip_prefix("x ").expect("text").to_owned())
}

fn assert_takes(kind: &str, good: &[(&str, &str)], bad: &[&str]) {
    for (typed, normal) in good {
        assert_eq!(value("", kind, typed).as_deref(), Some(*normal), "{kind}: {typed}");
    }
    for typed in bad {
        assert_eq!(value("", kind, typed), None, "{kind}: {typed}");
    }
}

#[test]
fn numbers() {
    assert_takes(
        "(1-60)",
        &[("1", "1"), ("060", "60")],
        &["0", "61", "-1", "1.0", "0x1", "1a", "99999999999999999999999"],
    );
    assert_takes("ASN", &[("65000", "65000"), ("4294967295", "4294967295")], &["0", "4294967296", "1.1"]);
    assert_takes(
        "LIST",
        &[("5", "5"), ("1-10,20", "1-10,20")],
        &["1-", ",1", "1,,2", "1-2-3", "01", "a", "1 - 2"],
    );
}

#[test]
fn addresses() {
    assert_takes(
        "A.B.C.D",
        &[("10.0.0.1", "10.0.0.1")],
        &["10.0.0", "10.0.0.256", "010.0.0.1", "10.0.0.1/8", "::1"],
    );
    assert_takes(
        "A.B.C.D/M",
        &[("10.1.2.3/8", "10.1.2.3/8")],
        &["10.0.0.0/33", "10.0.0.0/08", "10.0.0.0/", "10.0.0.0"],
    );
    assert_takes(
        "X:X::X:X",
        &[("2001:DB8:0:0::1", "2001:db8::1"), ("::", "::")],
        &["2001:db8", "::1%eth0", "::1/64"],
    );
    assert_takes("X:X::X:X/M", &[("2001:DB8::/32", "2001:db8::/32")], &["::/129", "::", "::/032"]);
    assert_takes(
        "MAC",
        &[
            ("0011.22AA.4455", "0011.22aa.4455"),
            ("00:11:22:33:44:FF", "00:11:22:33:44:ff"),
            ("00-11-22-33-44-55", "00-11-22-33-44-55"),
        ],
        &["0011.2233", "00:11:22:33:44", "00:11-22:33:44:55", "0011.2233.445g", "001.1223.34455"],
    );
}

#[test]
fn words() {
    assert_takes("NAME", &[("a_b.c:/@,+-9", "a_b.c:/@,+-9")], &["-x", "a*b", "a;b", "a\"b", "a$b", "a b"]);
    assert_takes(
        "STRING",
        &[("$6$a*=~^%#()&<>!'{}[]", "$6$a*=~^%#()&<>!'{}[]")],
        &["a;b", "a`b`", "a\\b", "a\"b", "a b", "\"a b\""],
    );
    assert_takes("TAIL", &[("a  b 1.2.3.4 *", "a b 1.2.3.4 *")], &["a $b", "a -x", "a ; b", "a > b"]);
    assert_takes("LINE...", &[("a  | b; c", "a  | b; c")], &[]);
}

#[test]
fn interfaces_have_kind_and_number_together_or_apart() {
    let settings = "interfaces GigabitEthernet TenGigE Tunnel Vlan;";
    for (typed, normal) in [
        ("Gi0/1", "GigabitEthernet0/1"),
        ("gi 0/1", "GigabitEthernet0/1"),
        ("GIGABITETHERNET0/1.20", "GigabitEthernet0/1.20"),
        ("te0/0/RP0/1", "TenGigE0/0/RP0/1"),
    ] {
        assert_eq!(value(settings, "IFNAME", typed).as_deref(), Some(normal), "{typed}");
    }
    for typed in ["T1", "Gi", "Gi0/", "Gi0/01", "Fa0/1", "0/1", "Gi0/1x", "Gi x", "Gi0/1-4", "Gi0/1,2"] {
        assert_eq!(value(settings, "IFNAME", typed), None, "{typed}");
    }
    assert_eq!(value(settings, "IFNAMES", "Gi1/0/1-4,7").as_deref(), Some("GigabitEthernet1/0/1-4,7"));
    assert_eq!(value(settings, "IFNAMES", "vlan 1-3").as_deref(), Some("Vlan1-3"));
    assert_eq!(value("", "IFNAME", "br-lan_1.20").as_deref(), Some("br-lan_1.20"));
    assert_eq!(value("", "IFNAME", "1eth"), None);
}

#[test]
fn what_is_narrower_comes_first_and_a_keyword_before_all() {
    let own = in_mode("", " x NAME n : read\n x (1-9) r : read\n x A.B.C.D i : read\n x any : read");
    assert_says(
        &own,
        &[
            ("x 5 r", "x 5 r : read"),
            ("x 10.0.0.1 i", "x 10.0.0.1 i : read"),
            ("x 10 n", "x 10 n : read"),
            ("x an", "x any : read"),
            ("x an n", "unrecognized"),
            // There is no way back: 5 is a number here.
            ("x 5 n", "unrecognized"),
        ],
    );
}
