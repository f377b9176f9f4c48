mod keys;
mod refusals;

use ed25519_dalek::{Signer, SigningKey};
use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;

const NOW: i64 = 1_795_340_000;
const ISSUER: &str = "https://net-mcp.noc.example";
const KID: &str = "net-mcp/2026-11-a";
/// Stands for an SSH public key blob: to the verifier it is bytes.
const CARRIER: &[u8] = b"the blob of the MCP server's SSH key";

fn b64(bytes: impl AsRef<[u8]>) -> String {
    use base64::Engine;
    base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(bytes)
}

fn sha(bytes: &[u8]) -> String {
    b64(Sha256::digest(bytes))
}

fn signer() -> SigningKey {
    SigningKey::from_bytes(&[7; 32])
}

fn p256_signer() -> p256::ecdsa::SigningKey {
    p256::ecdsa::SigningKey::from_slice(&[9; 32]).expect("scalar")
}

fn key_set() -> String {
    let point = p256_signer().verifying_key().to_sec1_point(false);
    let (x, y) = (b64(point.x().expect("x")), b64(point.y().expect("y")));
    json!({"keys": [
        {"kty": "OKP", "crv": "Ed25519", "alg": "EdDSA", "kid": KID, "x": b64(signer().verifying_key().as_bytes())},
        {"kty": "EC", "crv": "P-256", "alg": "ES256", "kid": "es", "x": x, "y": y, "use": "sig"},
        {"kty": "OKP", "crv": "Ed25519", "alg": "EdDSA", "kid": "old",
         "x": b64(SigningKey::from_bytes(&[8; 32]).verifying_key().as_bytes()), "key_ops": ["verify"]},
    ]})
    .to_string()
}

fn trust() -> Trust {
    let set = |items: &[&str]| items.iter().map(|item| (*item).to_owned()).collect();
    let issuer = IssuerTrust {
        name: ISSUER.parse().expect("issuer"),
        keys: Jwks::parse(&key_set()).expect("key set"),
        workload: "spiffe://noc.example/mcp/net-mcp".to_owned(),
        subjects: set(&["user:alice@example.com"]),
        agents: set(&["agent:netops-assistant"]),
        carriers: [CARRIER.to_vec()].into(),
        revoked_kids: set(&["old"]),
    };
    Trust::new("jump1.noc.example", vec![issuer])
}

fn header() -> Value {
    json!({"typ": "portcullis-intent+jwt", "alg": "EdDSA", "kid": KID})
}

fn claims() -> Value {
    json!({
        "iss": ISSUER, "aud": "portcullis:jump1.noc.example",
        "sub": "user:alice@example.com", "act": {"sub": "agent:netops-assistant#a7f3"},
        "req_wl": "spiffe://noc.example/mcp/net-mcp", "iat": NOW, "nbf": NOW, "exp": NOW + 120,
        "jti": "9Qm3s0uVwZ7x1kT2yB4cDg", "txn": "01JD9Z7K3W8QH5N2R6T4V0XYZA", "scope": "cli.write", "ver": 1,
        "max_uses": 1, "cnf": {"ssh#S256": sha(CARRIER)},
        "authorization_details": [{
            "type": "portcullis_cli_v1", "identifier": "core1", "platform": "cisco_ios",
            "actions": ["request_interface_shutdown"], "privileges": ["config"],
            "params": {"interface": "GigabitEthernet0/1"}, "ticket": "CHG0012345",
            "reason": "L2 loop on spine-01 Eth1",
        }],
        "plan": {"c": "pcp1", "n": 4, "sha256": sha(b"a plan")},
        "rctx": {"tool": "request_interface_shutdown", "call": "req-42", "srv": "net-mcp/1.4.2",
            "traceparent": "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"},
    })
}

/// Signs texts as they are, so that a test can say things that no JSON library would write.
fn signed(header: &str, payload: &str) -> String {
    let signed = format!("{}.{}", b64(header), b64(payload));
    let signature = signer().sign(signed.as_bytes()).to_bytes();
    format!("{signed}.{}", b64(signature))
}

fn token(claims: &Value) -> String {
    signed(&header().to_string(), &claims.to_string())
}

fn at(token: &[u8], now: Timestamp) -> Result<VerifiedToken, TokenFault> {
    let (device, platform) = ("core1".parse().expect("device"), "cisco_ios".parse().expect("platform"));
    let presented = Presentation { device: &device, platform: &platform, key: Some(CARRIER) };
    verify(&trust(), token, &presented, now)
}

fn check(token: &str) -> Result<VerifiedToken, TokenFault> {
    at(token.as_bytes(), Timestamp::from_seconds(NOW + 1))
}

fn code(token: &str) -> Code {
    check(token).map_or_else(|fault| fault.code, |_| Code::Permitted)
}

#[test]
fn a_good_token_says_what_it_says() {
    let token = token(&claims());
    let read = check(&token).expect("good");
    assert_eq!(read.issuer().as_str(), ISSUER);
    assert_eq!(read.subject(), "user:alice@example.com");
    let actor = read.actor().expect("actor");
    assert_eq!((actor.name(), actor.instance()), ("agent:netops-assistant", "a7f3"));
    assert_eq!((read.txn().as_str(), read.jti()), ("01JD9Z7K3W8QH5N2R6T4V0XYZA", "9Qm3s0uVwZ7x1kT2yB4cDg"));
    assert_eq!(read.exp(), Timestamp::from_seconds(NOW + 120));
    assert_eq!((read.device().as_str(), read.platform().as_str()), ("core1", "cisco_ios"));
    assert_eq!(read.action(), "request_interface_shutdown");
    assert_eq!(read.params().get("interface").map(String::as_str), Some("GigabitEthernet0/1"));
    assert_eq!((read.ticket(), read.reason()), (Some("CHG0012345"), Some("L2 loop on spine-01 Eth1")));
    assert_eq!(read.plan().map(|plan| (plan.steps, b64(plan.sha256))), Some((4, sha(b"a plan"))));
    assert_eq!((read.max_uses(), read.scope()), (1, Scope::Write));
    assert_eq!(read.sha256(), <[u8; 32]>::from(Sha256::digest(&token)));
    assert_eq!(read.traceparent(), Some("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"));
}

#[test]
fn debug_and_faults_hold_no_token_and_no_person() {
    let good = token(&claims());
    let shown = format!("{:?}", check(&good).expect("good"));
    assert!(shown.contains("9Qm3s0uVwZ7x1kT2yB4cDg") && !shown.contains("alice") && !shown.contains("spine"));
    let mut odd = claims();
    odd["canary-member"] = json!("canary-value");
    let fault = check(&token(&odd)).expect_err("unknown member");
    assert_eq!(fault.code, Code::ClaimUnknown);
    assert!(!format!("{fault:?} {fault}").contains("canary"));
}

#[test]
fn either_algorithm_verifies_with_its_own_key_alone() {
    use p256::ecdsa::signature::Signer as _;
    let sign = |alg: &str, kid: &str| {
        let header = json!({"typ": "portcullis-intent+jwt", "alg": alg, "kid": kid}).to_string();
        let signed = format!("{}.{}", b64(header), b64(claims().to_string()));
        let signature: p256::ecdsa::Signature = p256_signer().sign(signed.as_bytes());
        (signed, signature)
    };
    let (text, signature) = sign("ES256", "es");
    assert_eq!(code(&format!("{text}.{}", b64(signature.to_bytes()))), Code::Permitted);
    // Either S: (r, n - s) is the same signature to a verifier, and libraries differ in which they make.
    let (r, s) = signature.split_scalars();
    let other = p256::ecdsa::Signature::from_scalars(r.to_bytes(), (-*s).to_bytes()).expect("scalars");
    assert_ne!(other, signature);
    assert_eq!(code(&format!("{text}.{}", b64(other.to_bytes()))), Code::Permitted);

    let (text, signature) = sign("EdDSA", "es");
    assert_eq!(code(&format!("{text}.{}", b64(signature.to_bytes()))), Code::TokenHeader);
    let (text, signature) = sign("ES256", KID);
    assert_eq!(code(&format!("{text}.{}", b64(signature.to_bytes()))), Code::TokenHeader);
    let (text, signature) = sign("EdDSA", KID);
    assert_eq!(code(&format!("{text}.{}", b64(signature.to_bytes()))), Code::SignatureInvalid);
}

#[test]
fn history_of_actors_is_allowed_and_is_not_authority() {
    let mut nested = claims();
    nested["act"] = json!({"sub": "agent:netops-assistant#1", "act": {"sub": "agent:unregistered#2"}});
    assert_eq!(
        check(&token(&nested)).expect("good").actor().expect("actor").name(),
        "agent:netops-assistant"
    );
    nested["act"] = json!({"sub": "agent:unregistered#1", "act": {"sub": "agent:netops-assistant#2"}});
    assert_eq!(code(&token(&nested)), Code::ActorNotAllowed);
}

#[test]
fn what_is_optional_may_be_left_out() {
    let mut small = claims();
    small["scope"] = json!("cli.read");
    small["authorization_details"][0]["privileges"] = json!(["exec-read"]);
    for name in ["plan", "rctx", "max_uses"] {
        small.as_object_mut().expect("object").shift_remove(name);
    }
    for name in ["ticket", "reason"] {
        small["authorization_details"][0].as_object_mut().expect("object").shift_remove(name);
    }
    let read = check(&token(&small)).expect("good");
    assert_eq!((read.max_uses(), read.plan(), read.ticket(), read.reason()), (1, None, None, None));
    small["max_uses"] = json!(20);
    assert_eq!(check(&token(&small)).expect("good").max_uses(), 20);
    small["max_uses"] = json!(21);
    assert_eq!(code(&token(&small)), Code::ClaimInvalid);
}

#[test]
fn times_are_judged_with_thirty_seconds_of_skew_and_no_more() {
    let good = token(&claims());
    let verdict = |seconds: i64, micros: i64| {
        let now = Timestamp::from_micros((NOW + seconds) * 1_000_000 + micros);
        at(good.as_bytes(), now).map_or_else(|fault| fault.code, |_| Code::Permitted)
    };
    assert_eq!(verdict(-30, -1), Code::TokenNotYetValid);
    assert_eq!(verdict(-30, 0), Code::Permitted);
    assert_eq!(verdict(150, -1), Code::Permitted);
    assert_eq!(verdict(150, 0), Code::TokenExpired);
    for edge in [i64::MIN, 0, i64::MAX] {
        assert!(at(good.as_bytes(), Timestamp::from_micros(edge)).is_err());
    }
}

proptest! {
    #[test]
    fn no_bytes_panic(bytes in proptest::collection::vec(any::<u8>(), 0..2048)) {
        prop_assert!(at(&bytes, Timestamp::from_seconds(NOW)).is_err());
    }

    #[test]
    fn no_three_segments_panic(header in any::<Vec<u8>>(), payload in any::<Vec<u8>>(), signature in any::<[u8; 64]>()) {
        let token = format!("{}.{}.{}", b64(header), b64(payload), b64(signature));
        prop_assert!(at(token.as_bytes(), Timestamp::from_seconds(NOW)).is_err());
    }

    /// Signed nonsense: what an issuer with a good key and a bad program may send.
    #[test]
    fn no_signed_text_panics(payload in "\\PC{0,200}|[\\[\\]{}\",:0-9a-z]{0,60}") {
        let token = signed(&header().to_string(), &payload);
        prop_assert!(at(token.as_bytes(), Timestamp::from_seconds(NOW)).is_err());
    }

    #[test]
    fn any_one_byte_changed_refuses(place in any::<proptest::sample::Index>(), to in any::<u8>()) {
        let mut bytes = token(&claims()).into_bytes();
        let place = place.index(bytes.len());
        prop_assume!(bytes[place] != to);
        bytes[place] = to;
        prop_assert!(at(&bytes, Timestamp::from_seconds(NOW)).is_err());
    }

    #[test]
    fn any_part_cut_off_refuses(keep in any::<proptest::sample::Index>()) {
        let bytes = token(&claims()).into_bytes();
        let keep = keep.index(bytes.len());
        prop_assert!(at(&bytes[..keep], Timestamp::from_seconds(NOW)).is_err());
    }
}
