//! Each way in which a token can be wrong, and the one code for it.

use serde_json::{Value, json};

use super::*;

type Change = fn(&mut Value);

fn remove(value: &mut Value, name: &str) {
    value.as_object_mut().expect("object").shift_remove(name).expect("there");
}

fn details(value: &mut Value) -> &mut Value {
    &mut value["authorization_details"][0]
}

#[test]
fn header_refusals() {
    let cases: [(&str, Change); 15] = [
        ("test001_typ_of_an_access_token", |h| h["typ"] = json!("at+jwt")),
        ("test002_typ_in_capitals", |h| h["typ"] = json!("Portcullis-Intent+JWT")),
        ("test003_typ_of_an_approval", |h| h["typ"] = json!("portcullis-approval+jwt")),
        ("test004_no_typ", |h| remove(h, "typ")),
        ("test005_alg_none", |h| h["alg"] = json!("none")),
        ("test006_alg_symmetric", |h| h["alg"] = json!("HS256")),
        ("test007_alg_of_another_name_for_the_same", |h| h["alg"] = json!("Ed25519")),
        ("test008_alg_of_another_key", |h| h["alg"] = json!("ES256")),
        ("test009_no_alg", |h| remove(h, "alg")),
        ("test010_no_kid", |h| remove(h, "kid")),
        ("test011_kid_with_dots", |h| h["kid"] = json!("a/../b")),
        ("test012_kid_a_number", |h| h["kid"] = json!(1)),
        ("test013_crit", |h| h["crit"] = json!(["exp"])),
        ("test014_own_key", |h| h["jwk"] = json!({})),
        ("test015_own_key_url", |h| h["jku"] = json!("https://evil.example")),
    ];
    for (name, change) in cases {
        let mut header = header();
        change(&mut header);
        assert_eq!(code(&signed(&header.to_string(), &claims().to_string())), Code::TokenHeader, "{name}");
    }
    for (name, header, wanted) in [
        ("test016_not_json", "{", Code::TokenHeader),
        ("test017_not_an_object", "[]", Code::TokenHeader),
        ("test018_two_objects", "{}{}", Code::TokenHeader),
        ("test019_alg_twice", r#"{"alg":"EdDSA","alg":"none"}"#, Code::ClaimDuplicate),
    ] {
        assert_eq!(code(&signed(header, &claims().to_string())), wanted, "{name}");
    }
    let mut unknown = header();
    unknown["kid"] = json!("net-mcp/unknown");
    assert_eq!(code(&signed(&unknown.to_string(), &claims().to_string())), Code::KeyUnknown, "test020_kid");
}

#[test]
fn claim_refusals() {
    use Code::{
        ClaimInvalid as Invalid, ClaimMissing as Missing, ClaimUnknown as Unknown, ClaimUnsupported as Later,
    };
    let cases: Vec<(&str, Code, Change)> = vec![
        ("test100_apr", Later, |c| c["apr"] = json!([])),
        ("test101_apr_sha256", Later, |c| {
            c["apr_sha256"] = json!(["4mNiiQRpz8_J7Yih1V2YHwO0YcT5P1r4RyhO0Oui_c8"])
        }),
        ("test102_bg", Later, |c| c["bg"] = json!({"incident": "INC1", "reason": "x"})),
        ("test103_win", Later, |c| c["win"] = json!({"nbf": 1, "exp": 2})),
        ("test104_nonce", Later, |c| c["nonce"] = json!("x")),
        ("test105_subject_proof", Later, |c| c["subject_proof"] = json!("x")),
        ("test106_breakglass", Later, |c| c["scope"] = json!("cli.breakglass")),
        ("test110_unknown_claim", Unknown, |c| c["admin"] = json!(true)),
        ("test111_unknown_in_act", Unknown, |c| c["act"]["role"] = json!("root")),
        ("test112_unknown_in_cnf", Unknown, |c| c["cnf"]["jwk"] = json!({})),
        ("test113_unknown_in_details", Unknown, |c| details(c)["locations"] = json!([])),
        ("test114_unknown_in_plan", Unknown, |c| c["plan"]["steps"] = json!([])),
        ("test115_unknown_in_rctx", Unknown, |c| c["rctx"]["user"] = json!("bob")),
        ("test120_ver_2", Invalid, |c| c["ver"] = json!(2)),
        ("test121_ver_text", Invalid, |c| c["ver"] = json!("1")),
        ("test122_aud_list", Invalid, |c| c["aud"] = json!(["portcullis:jump1.noc.example"])),
        ("test123_sub_no_user", Invalid, |c| c["sub"] = json!("alice@example.com")),
        ("test124_sub_unicode", Invalid, |c| c["sub"] = json!("user:\u{430}lice@example.com")),
        ("test125_sub_blank", Invalid, |c| c["sub"] = json!("user:alice bob")),
        ("test126_act_text", Invalid, |c| c["act"] = json!("agent:netops-assistant#1")),
        ("test127_act_no_instance", Invalid, |c| c["act"]["sub"] = json!("agent:netops-assistant")),
        ("test128_act_no_agent", Invalid, |c| c["act"]["sub"] = json!("user:alice#1")),
        ("test129_nested_act_malformed", Invalid, |c| c["act"]["act"] = json!({"sub": "root"})),
        ("test130_iat_text", Invalid, |c| c["iat"] = json!("1795340000")),
        ("test131_exp_fraction", Invalid, |c| c["exp"] = json!(1_795_340_120.5)),
        ("test132_exp_exponent", Invalid, |c| c["exp"] = json!(1.79534e9)),
        ("test133_exp_negative", Invalid, |c| c["exp"] = json!(-1)),
        ("test134_exp_huge", Invalid, |c| c["exp"] = json!(i64::MAX)),
        ("test135_exp_before_nbf", Invalid, |c| c["nbf"] = json!(NOW + 121)),
        ("test136_jti_short", Invalid, |c| c["jti"] = json!("short")),
        ("test137_jti_dots", Invalid, |c| c["jti"] = json!("9Qm3s0uVwZ7x1kT2yB4.Dg")),
        ("test138_txn_blank", Invalid, |c| c["txn"] = json!("01JD9Z7K 3W8QH5N")),
        ("test139_scope_two", Invalid, |c| c["scope"] = json!("cli.read cli.write")),
        ("test140_scope_list", Invalid, |c| c["scope"] = json!(["cli.write"])),
        ("test141_write_twice", Invalid, |c| c["max_uses"] = json!(2)),
        ("test142_no_use", Invalid, |c| c["max_uses"] = json!(0)),
        ("test143_cnf_text", Invalid, |c| c["cnf"] = json!("x")),
        ("test144_cnf_padded", Invalid, |c| c["cnf"]["ssh#S256"] = json!(format!("{}=", sha(CARRIER)))),
        ("test145_cnf_short", Invalid, |c| c["cnf"]["ssh#S256"] = json!("AAAA")),
        ("test146_no_details", Invalid, |c| c["authorization_details"] = json!([])),
        ("test147_details_object", Invalid, |c| c["authorization_details"] = json!({})),
        ("test148_two_details", Invalid, |c| {
            let one = details(c).clone();
            c["authorization_details"] = json!([one, one]);
        }),
        ("test149_type", Invalid, |c| details(c)["type"] = json!("portcullis_cli_v2")),
        ("test150_two_actions", Invalid, |c| details(c)["actions"] = json!(["a", "b"])),
        ("test151_action_form", Invalid, |c| details(c)["actions"] = json!(["show version"])),
        ("test152_privileges", Invalid, |c| details(c)["privileges"] = json!(["root"])),
        ("test153_two_privileges", Invalid, |c| details(c)["privileges"] = json!(["exec-read", "config"])),
        ("test154_params_list", Invalid, |c| details(c)["params"] = json!([])),
        ("test155_param_number", Invalid, |c| details(c)["params"]["interface"] = json!(1)),
        ("test156_param_control", Invalid, |c| details(c)["params"]["interface"] = json!("Gi0/1\nreload")),
        ("test157_param_name", Invalid, |c| details(c)["params"]["Interface!"] = json!("x")),
        ("test158_many_params", Invalid, |c| {
            let many = (0..17).map(|n| (format!("p{n}"), json!("x"))).collect::<serde_json::Map<_, _>>();
            details(c)["params"] = Value::Object(many);
        }),
        ("test159_reason_long", Invalid, |c| details(c)["reason"] = json!("x".repeat(241))),
        ("test160_reason_bidi", Invalid, |c| details(c)["reason"] = json!("ok \u{202e}daoler")),
        ("test161_reason_zero_width", Invalid, |c| details(c)["reason"] = json!("ok\u{200b}")),
        ("test162_ticket_unicode", Invalid, |c| details(c)["ticket"] = json!("CHG\u{ff10}012345")),
        ("test163_plan_form", Invalid, |c| c["plan"]["c"] = json!("pcp2")),
        ("test164_plan_empty", Invalid, |c| c["plan"]["n"] = json!(0)),
        ("test165_plan_hex", Invalid, |c| c["plan"]["sha256"] = json!("ab".repeat(32))),
        ("test166_traceparent", Invalid, |c| c["rctx"]["traceparent"] = json!("00-xyz")),
        ("test167_null", Invalid, |c| c["sub"] = json!(null)),
        ("test168_identifier", Invalid, |c| details(c)["identifier"] = json!("core1\u{7f}")),
        ("test180_scope_and_privileges", Code::ScopeMismatch, |c| c["scope"] = json!("cli.read")),
        ("test181_privileges_and_scope", Code::ScopeMismatch, |c| {
            details(c)["privileges"] = json!(["exec-read"])
        }),
    ];
    for (name, wanted, change) in cases {
        let mut claims = claims();
        change(&mut claims);
        assert_eq!(code(&token(&claims)), wanted, "{name}");
    }
    for name in [
        "iss",
        "aud",
        "sub",
        "act",
        "req_wl",
        "iat",
        "nbf",
        "exp",
        "jti",
        "txn",
        "scope",
        "ver",
        "cnf",
        "authorization_details",
    ] {
        let mut claims = claims();
        remove(&mut claims, name);
        assert_eq!(code(&token(&claims)), Missing, "test190 {name}");
    }
    for name in ["type", "identifier", "platform", "actions", "privileges", "params"] {
        let mut claims = claims();
        remove(details(&mut claims), name);
        assert_eq!(code(&token(&claims)), Missing, "test191 {name}");
    }
}

#[test]
fn truth_refusals() {
    let cases: Vec<(&str, Code, Change)> = vec![
        ("test200_issuer", Code::IssuerUnknown, |c| c["iss"] = json!("https://other.example")),
        ("test201_issuer_list", Code::ClaimInvalid, |c| c["iss"] = json!([ISSUER])),
        ("test202_audience", Code::AudienceMismatch, |c| c["aud"] = json!("portcullis:jump2.noc.example")),
        ("test203_audience_case", Code::AudienceMismatch, |c| {
            c["aud"] = json!("portcullis:JUMP1.noc.example")
        }),
        ("test204_expired", Code::TokenExpired, |c| {
            (c["iat"], c["nbf"], c["exp"]) = (json!(NOW - 200), json!(NOW - 200), json!(NOW - 80));
        }),
        ("test205_early", Code::TokenNotYetValid, |c| {
            (c["iat"], c["nbf"], c["exp"]) = (json!(NOW + 60), json!(NOW + 60), json!(NOW + 100));
        }),
        ("test206_issued_in_the_future", Code::TokenNotYetValid, |c| c["iat"] = json!(NOW + 60)),
        ("test207_lives_too_long", Code::TokenLifetime, |c| c["exp"] = json!(NOW + 121)),
        ("test208_early_start_counts", Code::TokenLifetime, |c| c["nbf"] = json!(NOW - 1)),
        ("test209_read_lives_too_long", Code::TokenLifetime, |c| {
            c["scope"] = json!("cli.read");
            details(c)["privileges"] = json!(["exec-read"]);
            c["exp"] = json!(NOW + 301);
        }),
        ("test210_subject", Code::SubjectNotAllowed, |c| c["sub"] = json!("user:mallory@example.com")),
        ("test211_agent", Code::ActorNotAllowed, |c| c["act"]["sub"] = json!("agent:other#a7f3")),
        ("test212_workload", Code::WorkloadMismatch, |c| {
            c["req_wl"] = json!("spiffe://noc.example/mcp/other")
        }),
        ("test213_device", Code::DeviceMismatch, |c| details(c)["identifier"] = json!("core2")),
        ("test214_device_case", Code::DeviceMismatch, |c| details(c)["identifier"] = json!("Core1")),
        ("test215_platform", Code::DeviceMismatch, |c| details(c)["platform"] = json!("frr")),
        ("test216_ssh_key", Code::CnfMismatch, |c| c["cnf"]["ssh#S256"] = json!(sha(b"another key"))),
        ("test217_change_without_plan", Code::PlanMissing, |c| remove(c, "plan")),
    ];
    for (name, wanted, change) in cases {
        let mut claims = claims();
        change(&mut claims);
        assert_eq!(code(&token(&claims)), wanted, "{name}");
    }
}

#[test]
fn who_presents_it_counts() {
    let token = token(&claims());
    let (device, platform) = ("core1".parse().expect("device"), "cisco_ios".parse().expect("platform"));
    let now = Timestamp::from_seconds(NOW);
    let with = |trust: &Trust, key: Option<&[u8]>| {
        let presented = Presentation { device: &device, platform: &platform, key };
        verify(trust, token.as_bytes(), &presented, now).map_or_else(|fault| fault.code, |_| Code::Permitted)
    };
    assert_eq!(with(&trust(), Some(CARRIER)), Code::Permitted);
    assert_eq!(with(&trust(), None), Code::CnfMismatch);
    assert_eq!(with(&trust(), Some(b"another key")), Code::CnfMismatch);
    let nobody = IssuerTrust { carriers: [].into(), ..trust().issuer(ISSUER).expect("issuer").clone() };
    assert_eq!(with(&Trust::new("jump1.noc.example", vec![nobody]), Some(CARRIER)), Code::CarrierNotAllowed);
    assert_eq!(with(&Trust::new("jump1.noc.example", Vec::new()), Some(CARRIER)), Code::IssuerUnknown);
}

#[test]
fn a_revoked_key_counts_no_more() {
    let mut header = header();
    header["kid"] = json!("old");
    let signed = format!("{}.{}", b64(header.to_string()), b64(claims().to_string()));
    let signature = SigningKey::from_bytes(&[8; 32]).sign(signed.as_bytes()).to_bytes();
    assert_eq!(code(&format!("{signed}.{}", b64(signature))), Code::KeyRevoked);
}

#[test]
fn duplicates_and_depth_are_refused_wherever_they_are() {
    let good = claims().to_string();
    let with = |from: &str, to: &str| {
        assert!(good.contains(from), "{from}");
        code(&signed(&header().to_string(), &good.replace(from, to)))
    };
    assert_eq!(with(r#""ver":1"#, r#""ver":1,"ver":1"#), Code::ClaimDuplicate);
    // The same name, written another way.
    assert_eq!(with(r#""ver":1"#, r#""ver":1,"\u0076er":1"#), Code::ClaimDuplicate);
    assert_eq!(with(r#""params":{"#, r#""params":{"interface":"x","#), Code::ClaimDuplicate);
    let nested = |levels: usize| format!(r#""call":{}1{}"#, "[".repeat(levels), "]".repeat(levels));
    // `rctx` is level 2: six more are allowed by depth, and then refused for what they are.
    assert_eq!(with(r#""call":"req-42""#, &nested(6)), Code::ClaimInvalid);
    let deep = check(&signed(&header().to_string(), &good.replace(r#""call":"req-42""#, &nested(7))));
    assert_eq!(deep.expect_err("deep").detail, "the claims are nested deeper than 8 levels");
    let actors = format!("{}{}", r#"{"sub":"agent:a#1","act":"#.repeat(3), r#"{"sub":"agent:a#1"}}}}"#);
    let chain = good.replace(r#"{"sub":"agent:netops-assistant#a7f3"}"#, &actors);
    assert_eq!(code(&signed(&header().to_string(), &chain)), Code::ActorNotAllowed);
    assert_eq!(code(&signed(&header().to_string(), &format!("{good} x"))), Code::ClaimInvalid);
    assert_eq!(code(&signed(&header().to_string(), "[]")), Code::ClaimInvalid);
    assert_eq!(code(&signed(&header().to_string(), &"[".repeat(5000))), Code::ClaimInvalid);
}

#[test]
fn segments_are_canonical() {
    let good = token(&claims());
    let (signed, signature) = good.rsplit_once('.').expect("three segments");
    // The last character of 64 bytes holds four bits; the other two must be zero.
    let last = signature.chars().last().expect("last");
    let alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    let at = alphabet.find(last).expect("base64url");
    let sibling = alphabet.chars().nth(at | 1).expect("sibling");
    let twin = format!("{signed}.{}{sibling}", signature.strip_suffix(last).expect("last"));
    assert_ne!(twin, good);
    let cases = [
        twin,
        format!("{good}=="),
        format!("{good}\n"),
        format!(" {good}"),
        format!("{good}."),
        format!("{good}.{signature}"),
        signed.to_owned(),
        format!("{signed}."),
        format!(".{good}"),
        format!("{signed}.{}", b64([0; 63])),
        format!("{signed}.{}", b64([0; 65])),
        good.replace('.', ".."),
        "..".to_owned(),
        String::new(),
        "hunter2".to_owned(),
    ];
    for token in cases {
        assert_eq!(code(&token), Code::TokenMalformed, "{token:.40}");
    }
    assert_eq!(code(&format!("{signed}.{}", b64([0; 64]))), Code::SignatureInvalid);
}

#[test]
fn size_is_judged_first_and_the_cut_is_named() {
    assert_eq!(code(&"a".repeat(MAX_TOKEN + 1)), Code::TokenTooLarge);
    assert_eq!(code(&"a".repeat(MAX_TOKEN)), Code::TokenMalformed);
    let good = token(&claims());
    assert!(good.len() > 1023, "{}", good.len());
    let cut = |keep: usize| at(&good.as_bytes()[..keep], Timestamp::from_seconds(NOW)).expect_err("cut").code;
    assert_eq!(cut(1023), Code::TokenTruncated);
    assert_eq!((cut(1022), cut(1024)), (Code::TokenMalformed, Code::TokenMalformed));
    // Cut in the middle of the signature.
    let long = of_size(1060);
    assert!(long.rfind('.').is_some_and(|dot| dot < 1000));
    assert_eq!(
        at(&long.as_bytes()[..1023], Timestamp::from_seconds(NOW)).expect_err("cut").code,
        Code::TokenTruncated
    );
}

#[test]
fn a_whole_token_of_the_size_of_the_cut_is_no_cut() {
    assert_eq!(code(&of_size(1023)), Code::Permitted);
}

/// A good token of exactly `size` bytes.
fn of_size(size: usize) -> String {
    let mut claims = claims();
    ["rctx", "plan", "max_uses"].into_iter().for_each(|name| remove(&mut claims, name));
    remove(details(&mut claims), "ticket");
    claims["scope"] = json!("cli.read");
    details(&mut claims)["privileges"] = json!(["exec-read"]);
    // A segment cannot have every length, so blanks in the header are varied as well as the reason.
    let mut variants = (0..3).flat_map(|blanks| (1..=240).map(move |length| (blanks, length)));
    let found = variants.find_map(|(blanks, length)| {
        details(&mut claims)["reason"] = json!("x".repeat(length));
        let header = format!("{}{}", header(), " ".repeat(blanks));
        Some(signed(&header, &claims.to_string())).filter(|token| token.len() == size)
    });
    found.expect("a token of that size")
}
