use serde_json::{Value, json};

use super::super::Jwks;
use super::{KID, b64, key_set, signer};

fn one(change: impl FnOnce(&mut Value)) -> String {
    let mut key = json!({"kty": "OKP", "crv": "Ed25519", "alg": "EdDSA", "kid": "k",
        "x": b64(signer().verifying_key().as_bytes())});
    change(&mut key);
    json!({"keys": [key]}).to_string()
}

fn why(text: &str) -> String {
    Jwks::parse(text).map_or_else(|fault| fault.to_string(), |_| "good".to_owned())
}

#[test]
fn a_good_set_is_read() {
    let set = Jwks::parse(&key_set()).expect("good");
    let kids: Vec<_> = set.kids().map(|(kid, algorithm)| (kid, algorithm.as_str())).collect();
    assert_eq!(kids, [("es", "ES256"), (KID, "EdDSA"), ("old", "EdDSA")]);
    assert_eq!(why(&one(|_| {})), "good");
    assert_eq!(set.kid_of(&signer().verifying_key()), Some(KID));
    assert_eq!(set.kid_of(&ed25519_dalek::SigningKey::from_bytes(&[1; 32]).verifying_key()), None);
}

#[test]
fn what_is_wrong_with_a_key_set_is_said() {
    let x = b64(signer().verifying_key().as_bytes());
    let twice = |a: &str, b: &str, same: bool| {
        let other = b64(ed25519_dalek::SigningKey::from_bytes(&[1; 32]).verifying_key().as_bytes());
        let key =
            |kid: &str, x: &str| json!({"kty": "OKP", "crv": "Ed25519", "alg": "EdDSA", "kid": kid, "x": x});
        json!({"keys": [key(a, &x), key(b, if same { &x } else { &other })]}).to_string()
    };
    let many: Vec<Value> = (0..65).map(|n| json!({"kid": n})).collect();
    let point_off_the_curve = json!({"kty": "EC", "crv": "P-256", "alg": "ES256", "kid": "k",
        "x": b64([1; 32]), "y": b64([1; 32])});
    let cases: Vec<(String, &str)> = vec![
        (String::new(), "not JSON"),
        ("[]".into(), "not an object"),
        ("{}".into(), "no list `keys`"),
        (json!({"keys": []}).to_string(), "0 keys"),
        (json!({"keys": many}).to_string(), "65 keys"),
        (json!({"keys": [1]}).to_string(), "key 1: not an object"),
        (json!({"keys": [{}], "next": 1}).to_string(), "and nothing else"),
        (r#"{"keys": [], "keys": []}"#.into(), "a member is there twice"),
        (r#"{"keys": [{"kid": "a", "kid": "b"}]}"#.into(), "a member is there twice"),
        (one(|key| key["d"] = json!("c2VjcmV0")), "has `d`, a member of a private key"),
        (one(|key| key["k"] = json!("c2VjcmV0")), "has `k`, a member of a private key"),
        (one(|key| key["kid"] = json!("a/../b")), "`kid` must be"),
        (one(|key| key["kid"] = json!(7)), "`kid` is missing or no text"),
        (one(|key| key["alg"] = json!("HS256")), "are taken"),
        (one(|key| key["alg"] = json!("ES256")), "are taken"),
        (one(|key| key["crv"] = json!("X25519")), "are taken"),
        (one(|key| key["kty"] = json!("RSA")), "are taken"),
        (one(|key| key["use"] = json!("enc")), "`use`"),
        (one(|key| key["key_ops"] = json!(["sign"])), "`key_ops`"),
        (one(|key| key["x5c"] = json!([])), "`x5c` is not taken"),
        (one(|key| key["x"] = json!("AAAA")), "not a public key"),
        // The neutral point: every signature of zeros would be good under it.
        (one(|key| key["x"] = json!(b64([&[1][..], &[0; 31]].concat()))), "not a public key"),
        (json!({"keys": [point_off_the_curve]}).to_string(), "not a public key"),
        (twice("a", "a", false), "its `kid` is there twice"),
        (twice("a", "b", true), "the same key is there as `a`"),
        (" ".repeat(super::super::MAX_JWKS + 1), "larger than"),
    ];
    for (text, wanted) in cases {
        assert!(why(&text).contains(wanted), "{text:.80} gave {}, wanted {wanted}", why(&text));
    }
}

#[test]
fn no_fault_shows_key_material() {
    let text = one(|key| key["d"] = json!("c2VjcmV0"));
    assert!(!why(&text).contains("c2VjcmV0"));
}
