//! Somebody who may only read wants `reload` to run. Every way in, every trick with bytes; the router says what it ran.

use super::harness::{Lab, Visit};

/// What is typed, as a terminal or a pipe would send it.
const TRICKS: &[&[u8]] = &[
    b"reload\r",
    b"relo\r",
    b"RELOAD\r",
    b" reload \r",
    b"reload\n",
    b"reload\r\n",
    b"do reload\r",
    b"show version ; reload\r",
    b"show version | reload\r",
    b"show version | include x | reload\r",
    b"show version || reload\r",
    b"show version\x0breload\r",
    b"show version\x0creload\r",
    b"show version\x85reload\r",
    b"show version\xe2\x80\xa8reload\r",
    b"show version\x00\rreload\r",
    b"show version \\\rreload\r",
    b"show version\x16\rreload\r",
    b"show version\x1b\rreload\r",
    b"\x1b[200~show version\rreload\r\x1b[201~\r",
    b"\x1b[200~reload\x1b[201~\r",
    b"\x1b[20\x1b[200~reload\r",
    b"rel\x1b[Doad\x1b[C\r",
    b"reloadx\x7f\r",
    b"xreload\x01\x04\r",
    b"show clock\x15reload\r",
    b"show \x17reload\r",
    b"reload\x1a",
    b"reload\x03reload\r",
    b"reload?\r",
    b"rel\t\r",
    b"!\rreload\r",
    b"! comment\nreload\n",
    b"reload in 5\r",
    b"reload\ry\r",
    b"y\r\r\rreload\r\r",
    b"configure terminal\rdo reload\r",
    b"conf t\rinterface Gi0/1\rshutdown\r",
    b"tclsh\rexec reload\r",
    b"event manager applet x\raction 1 cli command reload\r",
    b"copy http://192.0.2.1/x running-config\r",
    b"show running-config | redirect flash:x\r",
    b"show running-config | tee flash:x\r",
    b"show run | append flash:x\r",
    b"terminal length 0 ; reload\r",
    b"enable\rreload\r",
    b"\x1b[A\x1b[A\r",
    b"\xff\xf4\xff\xfdreload\r",
    b"%s%n%x reload\r",
    b"$(reload)\r",
    b"`reload`\r",
    b"show version\"\rreload\r",
    b"show version '\rreload\r",
];

/// The only lines that may reach a router, whatever is typed here.
fn is_harmless(line: &str) -> bool {
    // On IOS what follows `include` is one pattern, in which `|` is no pipe.
    let pattern = line.strip_prefix("show version | include x | reload") == Some("");
    pattern || ["show version", "show clock", "show privilege"].contains(&line)
}

fn assert_harmless(lab: &Lab, how: &str, trick: &[u8]) {
    for device in ["core1", "r1"] {
        let router = lab.site.router(device).expect("router");
        let shown = String::from_utf8_lossy(trick);
        for line in lab.ran(device) {
            assert!(is_harmless(&line), "{how}, {shown:?}: {device} ran `{line}`");
        }
        let machine = router.sim.machine();
        assert!(!machine.reloaded() && !machine.saved(), "{how}, {shown:?}");
        assert!(
            machine.interfaces().iter().all(|one| !one.shutdown || one.name.contains("0/2")),
            "{how}, {shown:?}"
        );
    }
}

#[test]
fn no_trick_with_bytes_makes_a_reader_reload() {
    let lab = Lab::new();
    let before = lab.site.router("core1").expect("router").sim.machine().interfaces();
    let typed = |trick: &[u8]| [trick, b"\rshow version\r"].concat();
    std::thread::scope(|scope| {
        for device in ["core1", "r1"] {
            let lab = &lab;
            scope.spawn(move || {
                for trick in TRICKS {
                    let user = format!("alice+{device}");
                    let pty = Visit { user: &user, key: "alice", token: None, options: &["-tt"] };
                    lab.ssh(&pty, &[], &typed(trick));
                    assert_harmless(lab, "pty", trick);
                    lab.alice(device, &[], &typed(trick));
                    assert_harmless(lab, "pipe", trick);
                    lab.exec_raw(device, trick);
                    assert_harmless(lab, "exec", trick);
                }
            });
        }
    });
    let after = lab.site.router("core1").expect("router").sim.machine().interfaces();
    assert_eq!(before, after);
    assert!(!lab.ran("core1").is_empty(), "the tricks did not even reach the gate");
}

#[test]
fn no_trick_with_bytes_makes_a_token_for_reading_reload() {
    let lab = Lab::new();
    for trick in TRICKS {
        let token = lab.token("core1", "show_bgp_summary", &[]);
        lab.agent("core1", &token, &[], trick);
        assert_eq!(lab.ran("core1"), [""; 0], "{:?}", String::from_utf8_lossy(trick));
    }
}
