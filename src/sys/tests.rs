use std::io::ErrorKind;
use std::os::unix::fs::PermissionsExt;

use super::*;

#[test]
fn a_file_is_read_up_to_its_bound() {
    let dir = tempfile::tempdir().expect("dir");
    let path = dir.path().join("f");
    std::fs::write(&path, b"12345").expect("write");
    assert_eq!(read_bounded(&path, 5).expect("read"), b"12345");
    assert_eq!(read_bounded(&path, 4).expect_err("too large").kind(), ErrorKind::FileTooLarge);
}

#[test]
fn a_fifo_is_refused_at_once() {
    let dir = tempfile::tempdir().expect("dir");
    let path = dir.path().join("fifo");
    rustix::fs::mknodat(rustix::fs::CWD, &path, rustix::fs::FileType::Fifo, 0o600.into(), 0).expect("mkfifo");
    assert_eq!(read_bounded(&path, 4).expect_err("fifo").kind(), ErrorKind::PermissionDenied);
}

#[test]
fn a_secret_that_others_may_read_is_refused() {
    let dir = tempfile::tempdir().expect("dir");
    let path = dir.path().join("key");
    write_new_secret(&path, b"s").expect("write");
    assert_eq!(read_secret(&path, 10).expect("read").as_slice(), b"s");
    assert_eq!(write_new_secret(&path, b"t").expect_err("exists").kind(), ErrorKind::AlreadyExists);
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o640)).expect("chmod");
    assert_eq!(read_secret(&path, 10).expect_err("open").kind(), ErrorKind::PermissionDenied);
}
