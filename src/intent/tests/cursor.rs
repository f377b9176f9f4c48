use proptest::prelude::*;

use super::*;
use crate::command::{self, CanonicalCommand};
use crate::terms::{Code, PresentedLine};

fn command(grammars: &GrammarSet, mode: &str, line: &str) -> CanonicalCommand {
    let grammar = grammars.get(&platform("cisco_ios")).expect("grammar");
    let line = PresentedLine::parse(line.as_bytes()).expect("line");
    command::canonicalize(grammar, grammar.parse(&mode.parse().expect("mode"), &line)).expect("command")
}

fn plan(grammars: &GrammarSet) -> Plan {
    let params = params(&[("interface", "GigabitEthernet0/1")]);
    shipped().plan("request_interface_shutdown", &params, &platform("cisco_ios"), grammars).expect("plan")
}

/// The steps as a client may type them.
const TYPED: [(&str, &str); 4] =
    [("privileged", "conf t"), ("config", "int gi0/1"), ("config-if", "shut"), ("config-if", "end")];

#[test]
fn a_plan_runs_in_order_once() {
    let grammars = grammars();
    let plan = plan(&grammars);
    let mut cursor = Cursor::default();
    for (number, (mode, line)) in TYPED.iter().enumerate() {
        for (other, (mode, line)) in TYPED.iter().enumerate() {
            let standing = cursor.standing(&plan, &command(&grammars, mode, line));
            let wanted = if other == number {
                Standing::Step(number)
            } else {
                Standing::Outside(Code::IntentNotInPlan)
            };
            assert_eq!(standing, wanted, "step {number}, `{line}`");
        }
        cursor.advance(cursor.standing(&plan, &command(&grammars, mode, line)));
    }
    assert_eq!(cursor.done(), 4);
    for (mode, line) in TYPED {
        let standing = cursor.standing(&plan, &command(&grammars, mode, line));
        assert_eq!(standing, Standing::Outside(Code::IntentDone), "`{line}` again");
    }
}

#[test]
fn beside_the_steps_only_declared_reads_and_the_terminal() {
    let grammars = grammars();
    let plan = plan(&grammars);
    let standing =
        |cursor: Cursor, mode: &str, line: &str| cursor.standing(&plan, &command(&grammars, mode, line));
    let fresh = Cursor::default();
    let mut inside = Cursor::default();
    inside.advance(Standing::Step(0));
    for cursor in [fresh, inside] {
        assert_eq!(standing(cursor, "privileged", "sh int gi0/1"), Standing::ExtraRead);
        assert_eq!(standing(cursor, "privileged", "term len 0"), Standing::Housekeeping);
        let outside = Standing::Outside(Code::IntentNotInPlan);
        assert_eq!(standing(cursor, "privileged", "sh int gi0/2"), outside);
        assert_eq!(standing(cursor, "privileged", "sh int gi0/1 | inc up"), outside);
        assert_eq!(standing(cursor, "privileged", "show version"), outside);
        assert_eq!(standing(cursor, "privileged", "reload"), outside);
        assert_eq!(standing(cursor, "privileged", "exit"), outside, "ends the session");
        assert_eq!(standing(cursor, "config", "int gi0/2"), outside);
        assert_eq!(standing(cursor, "config-if", "no shut"), outside);
        // Mode changes are never housekeeping, terminal though their class is.
        assert_eq!(standing(cursor, "config-if", "exit"), outside);
        assert_eq!(standing(cursor, "config", "end"), outside);
    }
    // The right text in the wrong mode is another step.
    let mut third = inside;
    third.advance(Standing::Step(1));
    third.advance(Standing::Step(2));
    assert_eq!(standing(third, "config", "end"), Standing::Outside(Code::IntentNotInPlan));
    assert_eq!(standing(third, "config-if", "end"), Standing::Step(3));
    let frr = shipped().plan("show_bgp_summary", &params(&[]), &platform("frr"), &grammars).expect("plan");
    let foreign = fresh.standing(&frr, &command(&grammars, "privileged", "term len 0"));
    assert_eq!(foreign, Standing::Outside(Code::IntentNotInPlan), "of another platform");
}

#[test]
fn a_stopped_plan_can_only_be_left_and_looked_at() {
    let grammars = grammars();
    let plan = plan(&grammars);
    for done in 0..TYPED.len() {
        let mut cursor = Cursor::default();
        (0..done).for_each(|step| cursor.advance(Standing::Step(step)));
        cursor.failed();
        let standing = |mode: &str, line: &str| cursor.standing(&plan, &command(&grammars, mode, line));
        for (mode, line) in TYPED.iter().take(3) {
            assert_eq!(standing(mode, line), Standing::Outside(Code::IntentStopped), "{done}: {line}");
        }
        assert_eq!(standing("config-if", "end"), Standing::Housekeeping, "all the way out");
        assert_eq!(standing("config", "exit"), Standing::Housekeeping, "all the way out");
        assert_eq!(standing("config-if", "exit"), Standing::Outside(Code::IntentStopped), "half the way out");
        assert_eq!(standing("privileged", "show int gi0/1"), Standing::ExtraRead);
        assert_eq!(standing("privileged", "show version"), Standing::Outside(Code::IntentStopped));
        cursor.advance(Standing::Step(done));
        assert_eq!(cursor.done(), done, "a stopped cursor does not move");
    }
}

const LINES: [(&str, &str); 14] = [
    ("privileged", "conf t"),
    ("config", "int gi0/1"),
    ("config-if", "shut"),
    ("config-if", "end"),
    ("privileged", "reload"),
    ("privileged", "show version"),
    ("privileged", "show int gi0/1"),
    ("privileged", "term len 0"),
    ("config", "int gi0/2"),
    ("config", "exit"),
    ("config", "end"),
    ("config-if", "exit"),
    ("config-if", "no shut"),
    ("config-if", "description x"),
];

proptest! {
    /// Whatever is typed and however the device answers: what runs beside declared reads and the terminal is the
    /// beginning of the plan, each step once, in order.
    #[test]
    fn what_runs_is_the_beginning_of_the_plan(script in proptest::collection::vec((0..LINES.len(), any::<bool>()), 0..40)) {
        let grammars = grammars();
        let plan = plan(&grammars);
        let (mut cursor, mut ran) = (Cursor::default(), Vec::new());
        for (line, succeeds) in script {
            let (mode, text) = LINES[line];
            let command = command(&grammars, mode, text);
            let standing = cursor.standing(&plan, &command);
            match standing {
                Standing::Step(_) => ran.push(Step { mode: command.mode().clone(), text: command.text().to_owned() }),
                Standing::ExtraRead => prop_assert!(command.class().is_read()),
                Standing::Housekeeping => prop_assert_eq!(command.class(), crate::terms::Class::Terminal),
                Standing::Outside(_) => continue,
            }
            if succeeds { cursor.advance(standing) } else { cursor.failed() }
        }
        prop_assert!(ran.len() <= plan.steps().len());
        prop_assert_eq!(&ran[..], &plan.steps()[..ran.len()]);
    }
}
