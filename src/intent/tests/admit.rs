use ed25519_dalek::SigningKey;
use proptest::prelude::*;
use zeroize::Zeroizing;

use super::*;
use crate::intent::mint::{self, Mint};
use crate::terms::{Code, DeviceName, Timestamp};
use crate::token::{self, IssuerTrust, Jwks, Presentation, Trust};

const KEY: &[u8] = b"the blob of the MCP server's SSH key";
const NOW: i64 = 1_795_340_000;

fn signer() -> SigningKey {
    SigningKey::from_bytes(&[3; 32])
}

fn order() -> Mint {
    Mint {
        kid: "lab/1".to_owned(),
        issuer: "https://mcp.lab".to_owned(),
        audience: "portcullis:lab".to_owned(),
        subject: "user:alice@lab".to_owned(),
        actor: "agent:bot#1".to_owned(),
        workload: "spiffe://lab/mcp".to_owned(),
        device: "core1".to_owned(),
        platform: "cisco_ios".to_owned(),
        action: "request_interface_shutdown".to_owned(),
        params: params(&[("interface", "GigabitEthernet0/1")]),
        ticket: Some("CHG0012345".to_owned()),
        reason: Some("loop on Gi0/1".to_owned()),
        ssh_key: KEY.to_vec(),
        txn: "01JD9Z7K3W8QH5N2R6T4V0XYZA".parse().expect("txn"),
        jti: "9Qm3s0uVwZ7x1kT2yB4cDg".to_owned(),
        now: Timestamp::from_seconds(NOW),
        ttl_seconds: 120,
        max_uses: 1,
    }
}

fn signed(mint: &Mint) -> Zeroizing<String> {
    mint.sign(&signer(), &shipped(), &grammars()).expect("token")
}

fn trust() -> Trust {
    Trust::new(
        "lab",
        vec![IssuerTrust {
            name: "https://mcp.lab".parse().expect("issuer"),
            keys: Jwks::parse(&mint::jwks("lab/1", &signer().verifying_key())).expect("key set"),
            workload: "spiffe://lab/mcp".to_owned(),
            subjects: ["user:alice@lab".to_owned()].into(),
            agents: ["agent:bot".to_owned()].into(),
            carriers: [KEY.to_vec()].into(),
            revoked_kids: [].into(),
        }],
    )
}

fn admit(token: &str, platform_name: &str, catalogue: &Catalogue) -> Result<VerifiedIntent, Code> {
    let device: DeviceName = "core1".parse().expect("device");
    let platform = platform(platform_name);
    let presented = Presentation { device: &device, platform: &platform, key: Some(KEY) };
    let now = Timestamp::from_seconds(NOW + 1);
    let verified = token::verify(&trust(), token.as_bytes(), &presented, now).map_err(|fault| fault.code)?;
    VerifiedIntent::admit(verified, catalogue, &grammars()).map_err(|fault| fault.code)
}

#[test]
fn what_is_minted_is_admitted_with_the_gates_own_plan() {
    let intent = admit(&signed(&order()), "cisco_ios", &shipped()).expect("admitted");
    assert_eq!(intent.token().ticket(), Some("CHG0012345"));
    let texts: Vec<&str> = intent.plan().steps().iter().map(|step| step.text.as_str()).collect();
    assert_eq!(texts, ["configure terminal", "interface GigabitEthernet0/1", "shutdown", "end"]);
    assert!(!format!("{intent:?}").contains("alice"));

    let read = Mint {
        action: "show_bgp_summary".to_owned(),
        params: params(&[]),
        platform: "frr".to_owned(),
        ticket: None,
        reason: None,
        ttl_seconds: 300,
        max_uses: 20,
        ..order()
    };
    let intent = admit(&signed(&read), "frr", &shipped()).expect("admitted");
    assert_eq!(intent.plan().digest_text(), "O-Ts0T6JryfI2pHDR8jdnIYM2oCRhYPVCPpeuLR9x00");
}

#[test]
fn a_plan_of_another_catalogue_is_refused() {
    let other = |text: &str| {
        Catalogue::parse(&[("x.yaml".to_owned(), text.to_owned())], &grammars()).expect("catalogue")
    };
    let intents = include_str!("../../../rules/intents/core.yaml");
    let token = signed(&order());
    // Another command, another number of steps, another section, another schema, another name.
    let mismatches = [
        (intents.replace("shutdown, end]", "no shutdown, end]"), Code::PlanMismatch),
        (intents.replace("shutdown, end]", "shutdown, description x, end]"), Code::PlanMismatch),
        (intents.replace("    extra_reads:\n      cisco_ios: [\"show interfaces {interface}\"]\n      frr: [\"show interface {interface}\"]\n", ""), Code::PlanMismatch),
        (intents.replace("interface:\n        type", "port:\n        type").replace("{interface}", "{port}"), Code::ParamsInvalid),
        (intents.replace("request_interface_shutdown", "shut_interface"), Code::IntentUnknown),
    ];
    for (text, wanted) in mismatches {
        assert_ne!(text, intents);
        assert_eq!(admit(&token, "cisco_ios", &other(&text)).expect_err("refused"), wanted);
    }
    assert!(admit(&token, "cisco_ios", &other(intents)).is_ok());
}

#[test]
fn needs_and_scope_are_the_catalogues_to_say() {
    for change in [Mint { ticket: None, ..order() }, Mint { reason: None, ..order() }] {
        assert_eq!(
            admit(&signed(&change), "cisco_ios", &shipped()).expect_err("refused"),
            Code::ParamsInvalid
        );
    }
    // Minted by somebody whose catalogue calls the change a read, with the very same plan.
    let read = Mint { action: "show_bgp_summary".to_owned(), params: params(&[]), ..order() };
    let token = signed(&read);
    let here = "kind: Intents\nintents:\n  show_bgp_summary:\n    about: x\n    risk: change\n    plan:\n      \
                cisco_ios: [write memory]\n";
    let here = Catalogue::parse(&[("x.yaml".to_owned(), here.to_owned())], &grammars()).expect("catalogue");
    assert_eq!(admit(&token, "cisco_ios", &here).expect_err("refused"), Code::ScopeMismatch);
}

#[test]
fn what_cannot_be_planned_is_not_minted() {
    let code = |mint: Mint| mint.sign(&signer(), &shipped(), &grammars()).expect_err("no token").code;
    assert_eq!(code(Mint { action: "format_flash".to_owned(), ..order() }), Code::IntentUnknown);
    assert_eq!(code(Mint { platform: "vyos".to_owned(), ..order() }), Code::IntentUnknown);
    assert_eq!(code(Mint { platform: "no such!".to_owned(), ..order() }), Code::IntentUnknown);
    assert_eq!(code(Mint { params: params(&[]), ..order() }), Code::ParamsInvalid);
}

proptest! {
    #[test]
    fn any_good_order_makes_the_round_trip(
        unit in 0..1000_u32,
        user in "[a-z]{1,20}",
        jti in "[A-Za-z0-9_-]{16,64}",
        txn in "[A-Za-z0-9._-]{8,64}",
        reason in "[ -~]{0,238}x",
        ttl_seconds in 1..=120_u32,
    ) {
        let interface = format!("GigabitEthernet0/{unit}");
        let mint = Mint {
            params: params(&[("interface", &interface)]),
            actor: format!("agent:bot#{user}"),
            jti: jti.clone(),
            txn: txn.parse().expect("txn"),
            reason: Some(reason.clone()),
            ttl_seconds,
            ..order()
        };
        let intent = admit(&signed(&mint), "cisco_ios", &shipped()).expect("admitted");
        let token = intent.token();
        prop_assert_eq!(token.jti(), jti);
        prop_assert_eq!(token.txn().as_str(), txn);
        prop_assert_eq!(token.reason(), Some(reason.as_str()));
        prop_assert_eq!(token.actor().expect("actor").instance(), user);
        prop_assert_eq!(&intent.plan().steps()[1].text, &format!("interface {interface}"));
    }
}
