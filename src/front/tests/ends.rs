//! How sessions and connections end: whole, early, or by force.

use std::process::Stdio;
use std::time::Duration;

use russh::ChannelMsg;
use tokio::io::AsyncReadExt;
use tokio::net::TcpStream;

use super::gate::{PIECE, assert_bulk};
use super::house::{House, exec, limits, rest, timing, until, within};
use crate::front::connection::Timing;
use crate::front::inbox;
use crate::terms::Code;

const BATCH: &[&str] = &["-o", "BatchMode=yes"];

/// 50 MB.
const PIECES: usize = 6400;

/// More than all buffers on the way hold.
const ENDLESS: &str = "bulk 10000000";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn bulk_output_arrives_whole_and_ends() {
    let house = House::new().await;
    for _ in 0..3 {
        let output = house.ssh("alice+r1", BATCH, &format!("bulk {PIECES}")).await;
        assert_bulk(&output.stdout, PIECES);
        assert_eq!(output.status.code(), Some(0));
    }
    let said = exec(&house.client().await, &format!("bulk {PIECES}")).await;
    assert_bulk(&said.output, PIECES);
    assert!(said.ended, "end of file, exit status, close");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn short_output_is_never_lost() {
    let house = House::new().await;
    let client = house.client().await;
    for pieces in 0..100 {
        let said = exec(&client, &format!("bulk {pieces}")).await;
        assert_bulk(&said.output, pieces);
        assert!(said.ended && said.status == Some(0), "{pieces}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_slow_reader_gets_all_of_it() {
    let house = House::new().await;
    let mut child = house.command("alice+r1", BATCH, &["bulk 640"]).spawn().unwrap();
    let (mut pipe, mut output, mut some) = (child.stdout.take().unwrap(), Vec::new(), [0; 16 * 1024]);
    loop {
        let read = within("read", pipe.read(&mut some)).await.unwrap();
        if read == 0 {
            break;
        }
        output.extend_from_slice(&some[..read]);
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    assert_bulk(&output, 640);
    assert_eq!(within("ssh", child.wait()).await.unwrap().code(), Some(0));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_command_is_not_held_up_by_what_is_piped_into_it() {
    let house = House::new().await;
    for _ in 0..10 {
        let mut ssh = house.command("alice+r1", BATCH, &["status 5"]);
        ssh.stdin(Stdio::from(std::fs::OpenOptions::new().read(true).open("/dev/zero").unwrap()));
        assert_eq!(within("ssh", ssh.output()).await.unwrap().status.code(), Some(5));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_client_that_vanishes_is_noticed_by_its_session() {
    let house = House::new().await;
    let mut child = house.command("alice+r1", BATCH, &[ENDLESS]).spawn().unwrap();
    let mut some = vec![0; PIECE];
    within("output", child.stdout.as_mut().unwrap().read_exact(&mut some)).await.unwrap();
    child.kill().await.unwrap();
    house.until_gone(1).await;
    let client = house.client().await;
    let (mut read, write) = client.channel_open_session().await.unwrap().split();
    write.exec(true, "hold").await.unwrap();
    until(&mut read, "holding").await;
    drop((read, write, client));
    house.until_gone(2).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_client_that_does_not_read_loses_its_connection_and_no_other() {
    let stalled = Timing { stalled: Duration::from_millis(500), ..timing() };
    let house = House::with(limits(), stalled).await;
    let other = house.client().await;
    // Nobody reads its output, so it stops to read as well.
    let mut child = house.command("alice+r1", BATCH, &[ENDLESS]).spawn().unwrap();
    house.until_gone(1).await;
    assert_eq!(exec(&other, "status 2").await.status, Some(2));
    let mut all = Vec::new();
    within("output", child.stdout.take().unwrap().read_to_end(&mut all)).await.unwrap();
    assert_eq!(within("ssh", child.wait()).await.unwrap().code(), Some(255));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_channel_that_does_not_read_leaves_the_other_alone() {
    let house = House::new().await;
    let client = house.client().await;
    let (mut slow, write) = client.channel_open_session().await.unwrap().split();
    write.exec(true, "bulk 32").await.unwrap();
    let said = exec(&client, "status 8").await;
    assert_eq!(said.status, Some(8));
    assert_bulk(&rest(&mut slow).await.output, 32);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn more_than_is_kept_ends_the_input_and_nothing_else() {
    let house = House::new().await;
    let client = house.client().await;
    let (mut read, write) = client.channel_open_session().await.unwrap().split();
    write.request_pty(false, "xterm", 80, 24, 0, 0, &[]).await.unwrap();
    write.exec(true, "hold").await.unwrap();
    until(&mut read, "holding").await;
    // The session takes nothing, and the connection goes on.
    within("typed", write.data_bytes(vec![b'x'; 4 * inbox::CAPACITY])).await.unwrap();
    assert_eq!(exec(&client, "status 8").await.status, Some(8));
    assert_eq!(house.refused(), []);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_panic_ends_its_connection_and_no_other() {
    let house = House::new().await;
    let (other, client) = (house.client().await, house.client().await);
    let (mut read, write) = other.channel_open_session().await.unwrap().split();
    write.exec(true, "until-stop").await.unwrap();
    until(&mut read, "waiting").await;
    let said = exec(&client, "panic").await;
    assert_eq!(said.status, None);
    house.until_refused(Code::Internal, "session").await;
    within("close", async { while client.channel_open_session().await.is_ok() {} }).await;
    assert_eq!(exec(&other, "status 2").await.status, Some(2));
    house.stop.cancel();
    let said = rest(&mut read).await;
    assert_eq!((said.text(), said.status), ("stopped\n", Some(3)));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_panic_during_login_is_recorded() {
    let house = House::new().await;
    let mut client = house.stranger().await;
    let result = within("close", client.authenticate_publickey("panic+r1", house.signer())).await;
    assert!(result.is_err() || result.is_ok_and(|result| !result.success()));
    house.until_refused(Code::Internal, "connection").await;
    assert_eq!(exec(&house.client().await, "status 2").await.status, Some(2));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_stop_waits_for_sessions_and_for_nothing_else() {
    let house = House::with(limits(), Timing { leaving: Duration::from_secs(1), ..timing() }).await;
    let idle = house.client().await;
    let stranger = TcpStream::connect(house.address).await.unwrap();
    let mut child = house.command("alice+r1", BATCH, &["until-stop"]).spawn().unwrap();
    let mut first = [0; 8];
    within("output", child.stdout.as_mut().unwrap().read_exact(&mut first)).await.unwrap();
    assert_eq!(&first, b"waiting\n");
    house.stop.cancel();
    house.tracker.close();
    let output = within("ssh", child.wait_with_output()).await.unwrap();
    assert_eq!(
        (String::from_utf8(output.stdout).unwrap().as_str(), output.status.code()),
        ("stopped\n", Some(3))
    );
    within("all connections", house.tracker.wait()).await;
    assert!(idle.channel_open_session().await.is_err());
    assert!(TcpStream::connect(house.address).await.is_err());
    drop(stranger);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_is_started_while_the_gate_stops() {
    let house = House::with(limits(), Timing { leaving: Duration::from_secs(30), ..timing() }).await;
    let client = house.client().await;
    let (mut read, write) = client.channel_open_session().await.unwrap().split();
    write.exec(true, "hold").await.unwrap();
    until(&mut read, "holding").await;
    house.stop.cancel();
    assert!(client.channel_open_session().await.is_err());
    assert_eq!(house.refused(), [(Code::Drained, "session channel".into())]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_connection_without_a_session_does_not_last() {
    let house = House::with(limits(), Timing { unused: Duration::from_secs(2), ..timing() }).await;
    let (busy, client) = (house.client().await, house.client().await);
    let (mut read, write) = busy.channel_open_session().await.unwrap().split();
    write.exec(true, "until-stop").await.unwrap();
    until(&mut read, "waiting").await;
    // An open channel is no session.
    let mut channel = client.channel_open_session().await.unwrap();
    within("close", async {
        while let Some(message) = channel.wait().await {
            assert!(!matches!(message, ChannelMsg::Data { .. }));
        }
    })
    .await;
    house.stop.cancel();
    assert_eq!(rest(&mut read).await.status, Some(3));
}
