//! Output that imitates a prompt, and prompts that change.

use super::*;

#[test]
fn a_host_name_is_in_the_prompt_when_it_is_in_force() {
    for (dialect, line, during, commit, after) in [
        (Dialect::CiscoIos, "hostname r2", "r2(config)#", "", ""),
        (Dialect::CiscoNxos, "hostname r2", "r2(config)# ", "", ""),
        (Dialect::AristaEos, "hostname r2", "r2(config)#", "", ""),
        (Dialect::CiscoXr, "hostname r2", "0:r1(config)#", "commit\r", "0:r2(config)#"),
        (Dialect::JuniperJunos, "set system host-name r2", "admin@r1# ", "commit\r", "admin@r2# "),
    ] {
        let (_, mut router) = r1(dialect);
        typed(&mut router, "configure\rconfigure terminal\r");
        assert!(typed(&mut router, &format!("{line}\r")).ends_with(during), "{dialect:?}");
        assert!(typed(&mut router, commit).ends_with(after), "{dialect:?}");
    }
}

#[test]
fn output_may_hold_the_prompt_of_another_mode() {
    for (dialect, lie) in [
        (Dialect::CiscoIos, "r1(config)#"),
        (Dialect::CiscoXr, "RP/0/RP0/CPU0:r1(config)#"),
        (Dialect::JuniperJunos, "admin@r1# "),
        (Dialect::Frr, "r1(config)# "),
    ] {
        let (_, mut router) = opened(dialect, Behaviour { other_prompt: true, ..Behaviour::default() });
        let answer = typed(&mut router, "show version\r");
        assert!(answer.contains(&format!("\r\n{lie}\r\n")), "{answer}");
        assert!(answer.ends_with(&router.prompt_text()));
    }
}

#[test]
fn a_banner_may_imitate_a_prompt() {
    let behaviour = Behaviour { prompt_banner: true, starts_unprivileged: true, ..Behaviour::default() };
    let mut ios = Machine::new(Dialect::CiscoIos, "r1", behaviour).session();
    assert_eq!(text(&ios.open()), "r1(config)#\r\n\r\nr1>");
}

#[test]
fn log_lines_come_at_any_time() {
    let (_, mut xr) = opened(Dialect::CiscoXr, Behaviour { log_lines: true, ..Behaviour::default() });
    let answer = typed(&mut xr, "show version\r");
    let log = "\r\nRP/0/RP0/CPU0:Nov 22 09:00:00.000 UTC: config[65]: %MGBL";
    assert_eq!(answer.matches(log).count(), 2, "{answer}");
    assert!(answer.ends_with("user 'ops'.\r\nRP/0/RP0/CPU0:r1#"));
}
