use std::os::unix::fs::PermissionsExt;

use clap::Parser;
use ed25519_dalek::pkcs8::EncodePrivateKey;
use ed25519_dalek::pkcs8::spki::der::pem::LineEnding;

use super::*;
use crate::intent::mint::jwks;
use crate::token::{IssuerTrust, Presentation, Trust, verify};

const CARRIER: &str = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJdD7y3aLq454yWBdwLWbieU1ebz9/cu7/QEXn9OIeZJ";

#[derive(Parser)]
struct Cli {
    #[command(flatten)]
    args: Args,
}

fn command(line: &[&str]) -> Command {
    Cli::try_parse_from(std::iter::once(&"intent").chain(line)).expect("arguments").args.command
}

fn planned(line: &[&str]) -> Result<String, Failure> {
    let Command::Plan(args) = command(line) else { panic!("not `plan`") };
    plan(&args)
}

fn signer() -> SigningKey {
    SigningKey::from_bytes(&[5; 32])
}

fn folder() -> tempfile::TempDir {
    let dir = tempfile::tempdir().expect("folder");
    let pem = signer().to_pkcs8_pem(LineEnding::LF).expect("pem");
    sys::write_new_secret(&dir.path().join("issuer.pem"), pem.as_bytes()).expect("key");
    std::fs::write(dir.path().join("carrier.pub"), format!("{CARRIER} a comment\n")).expect("carrier");
    std::fs::write(dir.path().join("jwks.json"), jwks("lab/1", &signer().verifying_key())).expect("key set");
    std::fs::write(dir.path().join("empty"), "").expect("file");
    let gate = format!(
        "gate: lab\nlisten: ['127.0.0.1:0']\nhost_keys: [empty]\nledger: {{path: l.db, key: empty}}\ndevice_ca: empty\n\
         devices:\n- {{name: r1, platform: frr, address: a, host_key: '{CARRIER}', login: {{user: u, certificate: {{principal: p}}}}}}\n\
         principals:\n- {{name: net-mcp, kind: agent, keys: ['{CARRIER}'], token: env}}\n\
         issuers:\n- {{name: 'https://mcp.lab', jwks: jwks.json, workload: w, subjects: ['user:alice'], agents: ['agent:bot'], carriers: [net-mcp]}}\n"
    );
    std::fs::write(dir.path().join("gate.yaml"), gate).expect("configuration");
    dir
}

/// `@` stands for the folder.
fn minted(dir: &Path, line: &str) -> Result<(Zeroizing<String>, Option<PathBuf>), Failure> {
    let line = line.replace('@', &format!("{}/", dir.display()));
    let Command::Mint(args) = command(&line.split_whitespace().collect::<Vec<_>>()) else {
        panic!("not `mint`")
    };
    mint(&args).map(|token| (token, args.out.clone()))
}

fn takes(token: &str) -> bool {
    let carrier = PublicKey::from_openssh(CARRIER).expect("key").to_bytes().expect("blob");
    let issuer = IssuerTrust {
        name: "https://mcp.lab".parse().expect("issuer"),
        keys: Jwks::parse(&jwks("lab/1", &signer().verifying_key())).expect("key set"),
        workload: "w".to_owned(),
        subjects: ["user:alice".to_owned()].into(),
        agents: ["agent:bot".to_owned()].into(),
        carriers: [carrier.clone()].into(),
        revoked_kids: [].into(),
    };
    let (device, platform) = ("r1".parse().expect("device"), "frr".parse().expect("platform"));
    let presented = Presentation { device: &device, platform: &platform, key: Some(&carrier) };
    verify(&Trust::new("lab", vec![issuer]), token.as_bytes(), &presented, SystemClock::default().wall())
        .is_ok()
}

#[test]
fn a_plan_is_shown_with_the_digest_to_sign() {
    let text = planned(&["plan", "-p", "frr", "request_interface_shutdown", "--param", "interface=eth1"])
        .expect("plan");
    let wanted = "request_interface_shutdown on frr, scope cli.write\nplan:\n  privileged   configure terminal\n  \
                  config       interface eth1\n  config-if    shutdown\n  config-if    end\nextra reads, at any time:\n  \
                  privileged   show interface eth1\nn       5\nsha256  ";
    assert!(text.starts_with(wanted), "{text}");
    let json = planned(&["plan", "-p", "frr", "show_bgp_summary", "--json"]).expect("plan");
    let json: serde_json::Value = serde_json::from_str(&json).expect("json");
    let claim =
        serde_json::json!({"c": "pcp1", "n": 1, "sha256": "O-Ts0T6JryfI2pHDR8jdnIYM2oCRhYPVCPpeuLR9x00"});
    assert_eq!(json["plan"], claim);
    assert_eq!(json["steps"], serde_json::json!([{"mode": "privileged", "command": "show bgp summary"}]));
}

#[test]
fn without_a_name_all_intents_are_listed() {
    let text = planned(&["plan"]).expect("list");
    assert!(text.contains("request_interface_shutdown interface=<interface>\n"), "{text}");
    assert_eq!(planned(&["plan", "--json"]).expect("list").lines().count(), 2);
}

#[test]
fn a_no_and_a_trouble_are_told_apart() {
    let status = |line: &[&str]| planned(line).expect_err("no answer").0;
    assert_eq!(status(&["plan", "-p", "frr", "format_flash"]), NO);
    assert_eq!(status(&["plan", "-p", "frr", "request_interface_shutdown", "--param", "interface=a b"]), NO);
    assert_eq!(status(&["plan", "show_bgp_summary"]), TROUBLE);
    assert_eq!(
        status(&["plan", "-p", "frr", "show_bgp_summary", "--param", "a=1", "--param", "a=2"]),
        TROUBLE
    );
    assert_eq!(status(&["plan", "--intents", "/nonexistent"]), TROUBLE);
}

#[test]
fn a_configuration_settles_everything_that_it_says_once() {
    let dir = folder();
    let (token, _) = minted(dir.path(), "mint --config @gate.yaml --key @issuer.pem -d r1 show_bgp_summary")
        .expect("token");
    assert!(takes(&token));
    let by_hand = "mint --key @issuer.pem --kid lab/1 --issuer https://mcp.lab --gate lab --subject user:alice --actor \
                   agent:bot#1 --workload w --carrier @carrier.pub -d r1 -p frr show_bgp_summary";
    assert!(takes(&minted(dir.path(), by_hand).expect("token").0));
    for missing in ["--kid lab/1", "--gate lab", "--subject user:alice", "--carrier @carrier.pub", "-d r1"] {
        let Failure(status, why) = minted(dir.path(), &by_hand.replace(missing, "")).expect_err("missing");
        assert_eq!(status, TROUBLE, "{why}");
    }
}

#[test]
fn a_token_file_is_ours_alone_and_never_overwritten() {
    let dir = folder();
    let line = "mint --config @gate.yaml --key @issuer.pem -d r1 show_bgp_summary --out @token";
    let (token, out) = minted(dir.path(), line).expect("token");
    hand_over(&token, out.as_deref()).expect("written");
    let path = dir.path().join("token");
    assert_eq!(std::fs::metadata(&path).expect("file").permissions().mode() & 0o777, 0o600);
    assert_eq!(sys::read_text(&path, MAX_FILE).expect("file"), *token);
    assert_eq!(hand_over(&token, out.as_deref()).expect_err("there already").0, TROUBLE);
}

#[test]
fn a_key_that_others_may_read_signs_nothing() {
    let dir = folder();
    let open = std::fs::Permissions::from_mode(0o644);
    std::fs::set_permissions(dir.path().join("issuer.pem"), open).expect("mode");
    let line = "mint --config @gate.yaml --key @issuer.pem -d r1 show_bgp_summary";
    let Failure(status, why) = minted(dir.path(), line).expect_err("open key");
    assert_eq!(status, TROUBLE);
    assert!(why.contains("chmod 600"), "{why}");
}
