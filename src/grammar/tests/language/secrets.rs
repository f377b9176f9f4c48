//! What is sent and never shown.

use super::*;

fn device() -> Grammar {
    in_mode(
        "quotes;",
        " user NAME secret SECRET : config.aaa\n key SECRET end : config.aaa\n copy URL URL : filesystem",
    )
}

/// What is shown and what is sent.
fn both(typed: &str) -> (String, String) {
    let command = read_in(&device(), &mode("a"), typed).expect("command");
    let debug = format!("{command:?}");
    assert!(!debug.contains("canary"), "{debug}");
    assert!(command.arguments().iter().all(|argument| !argument.value.contains("canary")), "{typed}");
    (command.text().to_owned(), command.line().to_owned())
}

#[test]
fn a_secret_is_sent_and_shown_as_redacted() {
    for (typed, shown, sent) in [
        ("us x sec canary", "user x secret <redacted>", "user x secret canary"),
        ("user x secret \"canary two\"", "user x secret <redacted>", "user x secret \"canary two\""),
        ("key $1$canary=. e", "key <redacted> end", "key $1$canary=. end"),
    ] {
        assert_eq!(both(typed), (shown.to_owned(), sent.to_owned()));
    }
    for typed in [
        "user x secret <redacted>",
        "user x secret two words",
        "user x secret a|b",
        "user x secret \"a",
        "user x secret",
    ] {
        assert!(read_in(&device(), &mode("a"), typed).is_err(), "{typed}");
    }
}

#[test]
fn a_refusal_does_not_repeat_a_secret() {
    let own = device();
    for typed in [
        "user x secret canary y",
        "key canary",
        "canary x",
        "user canary",
        "key canary end canary",
        "copy ftp://u:canary@h/x",
    ] {
        let line = PresentedLine::parse(typed.as_bytes()).expect("line");
        let refusal = canonicalize(&own, own.parse(&mode("a"), &line)).expect_err("refusal");
        assert!(!format!("{refusal:?}").contains("canary"), "{refusal:?}");
    }
}

#[test]
fn a_password_in_the_place_of_a_file_is_hidden_whatever_its_form() {
    for (typed, shown) in [
        ("ftp://u:canary@h/x", "ftp://u:<redacted>@h/x"),
        ("ftp://u:canary@more@h/x", "ftp://u:<redacted>@h/x"),
        ("ftp://u:canary/more@h/x", "ftp://u:<redacted>@h/x"),
        ("ftp://u:canary:more@h/x", "ftp://u:<redacted>@h/x"),
        ("ftp://u:c@nary/:canary@h:/x", "ftp://u:<redacted>@h:/x"),
        ("scp:u:canary@h", "scp:u:<redacted>@h"),
        ("u:canary@h:/x", "u:<redacted>@h:/x"),
        ("sftp://:canary@h/x", "sftp://:<redacted>@h/x"),
        ("https://u:canary%40@h:8443/x?", ""),
    ] {
        if shown.is_empty() {
            assert!(read_in(&device(), &mode("a"), &format!("copy {typed} flash:x")).is_err(), "{typed}");
            continue;
        }
        assert_eq!(
            both(&format!("copy {typed} flash:x")),
            (format!("copy {shown} flash:x"), format!("copy {typed} flash:x"))
        );
    }
    for plain in ["ftp://u@h/x", "scp:u@h", "u@h:/x", "flash:/a/b", "tftp://h/x"] {
        let command = read_in(&device(), &mode("a"), &format!("copy {plain} flash:x")).expect("command");
        assert!(!command.has_secret() && command.text().contains(plain), "{plain}");
    }
}
