//! What may be asked for, and what is refused.

use russh::{ChannelMsg, ChannelReadHalf, Sig};

use super::gate::TOKEN;
use super::house::{House, exec, rest, until, within};
use crate::front::record::MAX_RECORDS;
use crate::pipeline::client::ClientInput;
use crate::terms::Code;

async fn answered(channel: &mut ChannelReadHalf) -> bool {
    loop {
        match within("an answer", channel.wait()).await {
            Some(ChannelMsg::Success) => return true,
            Some(ChannelMsg::Failure) => return false,
            Some(_) => {}
            None => panic!("closed without an answer"),
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn everything_else_is_refused_and_recorded() {
    let house = House::new().await;
    let client = house.client().await;
    let (mut read, write) = client.channel_open_session().await.unwrap().split();
    for _ in 0..2 {
        write.set_env(true, "LANG", "C").await.unwrap();
        assert!(!answered(&mut read).await);
    }
    write.request_subsystem(true, "sftp").await.unwrap();
    assert!(!answered(&mut read).await);
    write.request_x11(true, false, "MIT-MAGIC-COOKIE-1", "00", 0).await.unwrap();
    assert!(!answered(&mut read).await);
    write.agent_forward(true).await.unwrap();
    assert!(!answered(&mut read).await);
    write.signal(Sig::USR1).await.unwrap();
    let local = "127.0.0.1";
    assert!(client.channel_open_direct_tcpip("r2", 22, local, 1).await.is_err());
    assert!(client.channel_open_direct_streamlocal("/run/x").await.is_err());
    assert!(client.channel_open_x11(local, 1).await.is_err());
    assert!(client.tcpip_forward("", 8022).await.is_err());
    assert!(client.cancel_tcpip_forward("", 8022).await.is_err());
    assert!(client.streamlocal_forward("/run/y").await.is_err());
    assert!(client.cancel_streamlocal_forward("/run/y").await.is_err());
    let expected = [
        "env LANG",
        "subsystem sftp",
        "x11-req",
        "auth-agent-req",
        "signal USR1",
        "direct-tcpip port 22 host r2",
        "direct-streamlocal /run/x",
        "x11 channel 127.0.0.1",
        "tcpip-forward port 8022 address ",
        "cancel-tcpip-forward port 8022 address ",
        "streamlocal-forward /run/y",
        "cancel-streamlocal-forward /run/y",
    ];
    assert_eq!(house.refused(), expected.map(|what| (Code::ChannelRefused, what.to_owned())));
    assert!(house.refusals().iter().all(|one| one.user == "alice+r1"));
    // None of it harms the channel.
    write.exec(true, "status 6").await.unwrap();
    assert_eq!(rest(&mut read).await.status, Some(6));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn openssh_is_told_as_well() {
    let house = House::new().await;
    let sftp = house.ssh("alice+r1", &["-o", "BatchMode=yes", "-s"], "sftp").await;
    assert_ne!(sftp.status.code(), Some(0));
    let forward = ["-o", "BatchMode=yes", "-o", "ExitOnForwardFailure=yes", "-R", "0:127.0.0.1:1"];
    assert_ne!(house.ssh("alice+r1", &forward, "status 0").await.status.code(), Some(0));
    let netcat = ["-o", "BatchMode=yes", "-W", "192.0.2.1:22"];
    assert_ne!(house.ssh("alice+r1", &netcat, "").await.status.code(), Some(0));
    let expected =
        ["subsystem sftp", "tcpip-forward port 0 address localhost", "direct-tcpip port 22 host 192.0.2.1"];
    assert_eq!(house.refused(), expected.map(|what| (Code::ChannelRefused, what.to_owned())));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_flood_of_requests_is_no_flood_of_records() {
    let house = House::new().await;
    let client = house.client().await;
    for port in 0..200 {
        assert!(client.tcpip_forward("198.51.100.1".repeat(100), port).await.is_err());
    }
    let refusals = house.refusals();
    assert_eq!(refusals.len(), MAX_RECORDS + 1);
    assert_eq!(refusals[MAX_RECORDS].what, "more than is recorded of one connection");
    assert!(refusals.iter().all(|one| one.what.len() < 200));
    assert_eq!(exec(&client, "status 1").await.status, Some(1));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_environment_brings_a_token_for_one_channel() {
    let house = House::new().await;
    let options = ["-o", "BatchMode=yes", "-o", "SendEnv=PORTCULLIS_INTENT"];
    let mut ssh = house.command("alice+r1", &options, &["whoami"]);
    ssh.env("PORTCULLIS_INTENT", TOKEN);
    let output = within("ssh", ssh.output()).await.unwrap();
    assert_eq!(String::from_utf8(output.stdout).unwrap(), format!("alice+r1 {TOKEN} None\n"));
    assert_eq!(house.refused(), []);
    let client = house.client().await;
    let (mut read, write) = client.channel_open_session().await.unwrap().split();
    write.set_env(true, "PORTCULLIS_INTENT", "good-one").await.unwrap();
    assert!(answered(&mut read).await);
    assert_eq!(exec(&client, "whoami").await.text(), "alice+r1 - None\n");
    write.exec(true, "whoami").await.unwrap();
    assert_eq!(rest(&mut read).await.text(), "alice+r1 good-one None\n");
    assert_eq!(house.refused(), []);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn after_a_bad_token_in_the_environment_there_is_no_session() {
    let house = House::new().await;
    let client = house.client().await;
    let (mut read, write) = client.channel_open_session().await.unwrap().split();
    for token in ["bad", TOKEN] {
        write.set_env(true, "PORTCULLIS_INTENT", token).await.unwrap();
        assert!(!answered(&mut read).await);
    }
    write.exec(true, "whoami").await.unwrap();
    let told = rest(&mut read).await;
    assert_eq!((told.text(), told.status), ("no session: TOKEN_MALFORMED\n", Some(126)));
    let expected = ["env PORTCULLIS_INTENT", "env PORTCULLIS_INTENT"];
    assert_eq!(house.refused(), expected.map(|what| (Code::TokenMalformed, what.to_owned())));
    assert_eq!(
        exec(&client, "whoami").await.text(),
        "alice+r1 - None\n",
        "another channel is another matter"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_channels_and_no_third() {
    let house = House::new().await;
    let client = house.client().await;
    let (mut first, write) = client.channel_open_session().await.unwrap().split();
    write.exec(true, "hold").await.unwrap();
    until(&mut first, "holding").await;
    // A place is free again as soon as its channel has ended.
    for status in 0..50 {
        assert_eq!(exec(&client, &format!("status {status}")).await.status, Some(status));
    }
    let second = client.channel_open_session().await.unwrap();
    assert!(client.channel_open_session().await.is_err());
    assert_eq!(house.refused(), [(Code::ChannelLimit, "session channel".into())]);
    write.close().await.unwrap();
    house.until_gone(1).await;
    assert_eq!(exec(&client, "status 3").await.status, Some(3));
    drop(second);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_terminal_has_a_size_and_changes_it() {
    let house = House::new().await;
    let client = house.client().await;
    let (mut read, write) = client.channel_open_session().await.unwrap().split();
    write.request_pty(true, "vt100", 511, 1000, 0, 0, &[]).await.unwrap();
    assert!(answered(&mut read).await);
    write.request_pty(true, "vt100", 1, 1, 0, 0, &[]).await.unwrap();
    assert!(!answered(&mut read).await);
    write.request_shell(true).await.unwrap();
    until(&mut read, "pty 511x1000\n").await;
    write.window_change(0, 0, 0, 0).await.unwrap();
    until(&mut read, "resize 0x0\n").await;
    write.data_bytes(&b"show version\r"[..]).await.unwrap();
    until(&mut read, "show version\r").await;
    write.signal(Sig::INT).await.unwrap();
    until(&mut read, "\x03").await;
    write.eof().await.unwrap();
    assert_eq!(rest(&mut read).await.status, Some(7));
    assert_eq!(house.refused(), [(Code::ChannelRefused, "pty-req, too late or twice".into())]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn openssh_gets_a_shell_with_and_without_a_terminal() {
    use tokio::io::AsyncWriteExt;
    let house = House::new().await;
    for (options, greeting) in
        [(&["-o", "BatchMode=yes", "-tt"][..], "pty 0x0\n"), (&["-o", "BatchMode=yes", "-T"], "")]
    {
        let mut ssh = house.command("alice+r1", options, &[]);
        let mut child = ssh.stdin(std::process::Stdio::piped()).spawn().unwrap();
        child.stdin.take().unwrap().write_all(b"show version\n").await.unwrap();
        let output = within("ssh", child.wait_with_output()).await.unwrap();
        assert_eq!(String::from_utf8(output.stdout).unwrap(), format!("{greeting}show version\n"));
        assert_eq!(output.status.code(), Some(7));
    }
    let output = house.ssh("alice+r1", &["-o", "BatchMode=yes", "-tt"], "whoami").await;
    assert!(String::from_utf8(output.stdout).unwrap().starts_with("alice+r1 - Some(Size"));
    assert_eq!(house.refused(), []);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_channel_starts_once_and_nothing_comes_before() {
    let house = House::new().await;
    let client = house.client().await;
    let (mut read, write) = client.channel_open_session().await.unwrap().split();
    write.exec(true, "hold").await.unwrap();
    assert!(answered(&mut read).await);
    write.exec(true, "status 1").await.unwrap();
    assert!(!answered(&mut read).await);
    write.request_shell(true).await.unwrap();
    assert!(!answered(&mut read).await);
    write.set_env(true, "PORTCULLIS_INTENT", TOKEN).await.unwrap();
    assert!(!answered(&mut read).await);
    let (mut early, typing) = client.channel_open_session().await.unwrap().split();
    typing.data_bytes(&b"show "[..]).await.unwrap();
    assert_eq!(rest(&mut early).await.status, None);
    write.signal(Sig::TERM).await.unwrap();
    assert_eq!(rest(&mut read).await.status, Some(0));
    let expected = ["exec", "shell", "env PORTCULLIS_INTENT", "data before shell or exec"];
    assert_eq!(house.refused(), expected.map(|what| (Code::ChannelRefused, what.to_owned())));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_piped_into_a_shell_arrives_whole_and_ends() {
    let house = House::new().await;
    let client = house.client().await;
    let (mut read, write) = client.channel_open_session().await.unwrap().split();
    write.request_shell(true).await.unwrap();
    let lines: String = (0..2000).map(|number| format!("interface Loopback{number}\n")).collect();
    write.data_bytes(lines.clone().into_bytes()).await.unwrap();
    write.eof().await.unwrap();
    let said = rest(&mut read).await;
    assert_eq!((said.text(), said.status, said.ended), (lines.as_str(), Some(7), true));
    assert_eq!(house.gate.heard.lock().unwrap().last(), Some(&ClientInput::Eof));
}
