//! Commands of the exec mode in configuration: each is what it is, wherever it is typed.

use portcullis::sim::Behaviour;

use super::{ALL, Cli, EOS, FRR, IOS, JUNOS, NXOS, XR, Yard};

/// A read, and what ends in a reload or resets what others need.
fn lines(cli: &Cli) -> (&'static str, &'static str) {
    match cli.device {
        "nxos" | "eos" => ("show version", "reload"),
        "junos" => ("run show version", "run request system reboot"),
        _ => ("do show version", "do reload"),
    }
}

#[test]
fn in_configuration_a_read_runs_and_a_reload_is_still_one() {
    let clis = [IOS, NXOS, XR, EOS, JUNOS];
    let yard = Yard::of(&clis, &Behaviour { other_prompt: true, ..Behaviour::default() });
    for cli in &clis {
        let (read, reload) = lines(cli);
        let (into, end) = match cli.device {
            "junos" => (format!("edit interfaces {}", cli.port), "exit configuration-mode"),
            _ => (format!("interface {}", cli.port), "end"),
        };
        let mut talk = yard.talk("carl", cli);
        talk.goes(&[("configure", cli.config), (&into, cli.config_if)]);
        yard.ran(cli);
        yard.decided();
        let seen = talk.says(read, cli.config_if);
        let imitates = |prompt: &str| seen.contains(&format!("\n{prompt}\r\n"));
        assert!(imitates(cli.exec) || imitates(cli.config), "another prompt is imitated: {seen:?}");
        assert_eq!(yard.ran(cli).len(), 1, "{}", cli.device);
        talk.refused(reload, "DEFAULT", cli.config_if);
        talk.refused(reload, "AFTER_ERROR", cli.config_if);
        talk.goes(&[(end, cli.exec)]);
        talk.leave();
        assert_eq!(yard.ran(cli).len(), 1, "{}: the leave alone", cli.device);
        assert!(!yard.machine(cli).reloaded());
        let denied = yard.decisions();
        let denied: Vec<_> = denied.iter().filter(|decision| decision["verdict"] == "deny").collect();
        assert_eq!(denied.len(), 2);
        assert!(denied.iter().all(|decision| decision["class"] == "disruptive" && decision["cmd"] == reload));
    }
}

/// Its grammar reads no `do`: what it would run is typed at the enabled prompt.
#[test]
fn frr_has_no_exec_commands_in_configuration() {
    let yard = Yard::of(&[FRR], &Behaviour::default());
    for line in ["do show version", "do clear bgp *", "do write", "show version", "clear bgp *"] {
        let mut talk = yard.talk("root", &FRR);
        talk.goes(&[("configure", FRR.config)]);
        yard.ran(&FRR);
        let seen = talk.says(line, FRR.config);
        assert!(seen.contains("% portcullis: denied ["), "{line}: {seen}");
        talk.leave();
        assert_eq!(yard.ran(&FRR), [""; 0]);
    }
}

#[test]
fn shells_and_onward_logins_do_not_run_there_either() {
    let yard = Yard::of(&ALL, &Behaviour::default());
    for cli in &ALL {
        let shells: &[&str] = match cli.device {
            "ios" => &["do tclsh", "do telnet 192.0.2.1", "do-exec reload", "tclsh"],
            "nxos" => &["run bash", "telnet 192.0.2.1", "do reload", "guestshell"],
            "xr" => &["do run", "do telnet 192.0.2.1", "run"],
            "eos" => &["bash", "telnet 192.0.2.1", "do bash"],
            "junos" => &["run start shell", "run telnet 192.0.2.1", "start shell"],
            _ => &["do start-shell", "do telnet 192.0.2.1", "start-shell"],
        };
        for shell in shells {
            let mut talk = yard.talk("root", cli);
            talk.goes(&[("configure", cli.config)]);
            yard.ran(cli);
            let seen = talk.says(shell, cli.config);
            assert!(seen.contains("% portcullis: denied ["), "{}, {shell}: {seen}", cli.device);
            assert_eq!(yard.ran(cli), [""; 0], "{}, {shell}", cli.device);
        }
    }
}
