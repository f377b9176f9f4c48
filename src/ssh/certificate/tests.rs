use std::net::IpAddr;

use proptest::prelude::*;
use uuid::Uuid;

use super::super::keys::certificate::Builder;
use super::super::keys::{EcdsaCurve, PrivateKey};
use super::*;
use crate::terms::{CorrelationId, SubjectId};

const NOW: i64 = 1_795_340_000;

fn now() -> Timestamp {
    Timestamp::from_seconds(NOW)
}

fn key() -> PrivateKey {
    PrivateKey::random(&mut rand::rng(), Algorithm::Ed25519).expect("key")
}

fn peer() -> IpAddr {
    "192.0.2.9".parse().expect("address")
}

/// A good certificate, spoiled by `change`.
fn issue(kind: CertType, ca: &PrivateKey, change: impl FnOnce(&mut Builder)) -> Certificate {
    issue_between(kind, ca, (NOW - 60, NOW + 60), change)
}

fn issue_between(
    kind: CertType,
    ca: &PrivateKey,
    (after, before): (i64, i64),
    change: impl FnOnce(&mut Builder),
) -> Certificate {
    let (after, before) = (after.try_into().expect("time"), before.try_into().expect("time"));
    let mut builder =
        Builder::new_with_random_nonce(&mut rand::rng(), key().public_key(), after, before).expect("builder");
    builder.cert_type(kind).expect("type");
    change(&mut builder);
    builder.sign(ca).expect("sign")
}

fn name(builder: &mut Builder, principal: &str) {
    builder.valid_principal(principal).expect("principal");
}

fn alice(builder: &mut Builder) {
    name(builder, "alice");
}

fn everybody(builder: &mut Builder) {
    builder.all_principals_valid().expect("principals");
}

fn judge(certificate: &Certificate, ca: &PrivateKey) -> Result<(), CertificateFault> {
    let cas = [key().public_key().clone(), ca.public_key().clone()];
    check_user_certificate(certificate, &cas, &["bob".to_owned(), "alice".to_owned()], peer(), now())
}

#[test]
fn a_good_certificate_is_good_for_each_kind_of_authority() {
    for algorithm in [
        Algorithm::Ed25519,
        Algorithm::Ecdsa { curve: EcdsaCurve::NistP256 },
        Algorithm::Ecdsa { curve: EcdsaCurve::NistP384 },
    ] {
        let ca = PrivateKey::random(&mut rand::rng(), algorithm).expect("key");
        assert_eq!(judge(&issue(CertType::User, &ca, alice), &ca), Ok(()));
    }
}

#[test]
fn each_fault_is_named() {
    let ca = key();
    let user = |change: fn(&mut Builder)| judge(&issue(CertType::User, &ca, change), &ca);
    let between = |times| judge(&issue_between(CertType::User, &ca, times, alice), &ca);
    assert_eq!(judge(&issue(CertType::Host, &ca, alice), &ca), Err(CertificateFault::Type));
    assert_eq!(judge(&issue(CertType::User, &key(), alice), &ca), Err(CertificateFault::Authority));
    assert_eq!(between((NOW + 1, NOW + 60)), Err(CertificateFault::NotYetValid));
    assert_eq!(between((NOW - 60, NOW)), Err(CertificateFault::Expired));
    assert_eq!(between((NOW, NOW + 1)), Ok(()));
    assert_eq!(user(everybody), Err(CertificateFault::NoPrincipal));
    assert_eq!(user(|b| name(b, "Alice")), Err(CertificateFault::Principal));
    for option in ["force-command", "verify-required", "Source-Address", "source-address@example.com"] {
        let certificate = issue(CertType::User, &ca, |b| {
            alice(b);
            b.critical_option(option, "192.0.2.9").expect("option");
        });
        assert_eq!(judge(&certificate, &ca), Err(CertificateFault::CriticalOption), "{option}");
    }
}

#[test]
fn the_source_address_is_obeyed() {
    let ca = key();
    for (list, verdict) in [
        ("10.0.0.0/8,192.0.2.0/24", Ok(())),
        ("10.0.0.0/8", Err(CertificateFault::Source)),
        ("192.0.2.9,all", Err(CertificateFault::SourceMalformed)),
        ("", Err(CertificateFault::SourceMalformed)),
    ] {
        let certificate = issue(CertType::User, &ca, |b| {
            alice(b);
            b.critical_option("source-address", list).expect("option");
        });
        assert_eq!(judge(&certificate, &ca), verdict, "{list}");
    }
}

#[test]
fn nobody_is_let_in_without_an_authority() {
    let certificate = issue(CertType::User, &key(), alice);
    let verdict = check_user_certificate(&certificate, &[], &["alice".to_owned()], peer(), now());
    assert_eq!(verdict, Err(CertificateFault::Authority));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    /// Whatever bit of a certificate is turned, it is another certificate or none, and never good. The last byte is
    /// not turned by itself: the signature is covered by the bytes before it.
    #[test]
    fn no_bit_can_be_turned(place in any::<prop::sample::Index>(), bit in 0_u8..8) {
        let ca = key();
        let mut bytes = issue(CertType::User, &ca, alice).to_bytes().expect("bytes");
        let place = place.index(bytes.len());
        bytes[place] ^= 1 << bit;
        if let Ok(certificate) = Certificate::from_bytes(&bytes) {
            prop_assert!(judge(&certificate, &ca).is_err());
        }
    }
}

#[test]
fn a_host_is_who_was_dialled() {
    let ca = key();
    let host = |names: &[&str]| issue(CertType::Host, &ca, |b| names.iter().for_each(|named| name(b, named)));
    let judge = |certificate: &Certificate, dialled: &str| {
        check_host_certificate(certificate, ca.public_key(), dialled, now())
    };
    let both = host(&["core1.noc.example", "192.0.2.1", "2001:db8::1"]);
    for dialled in
        ["core1.noc.example", "Core1.NOC.example", "192.0.2.1", "2001:DB8:0::1", "::ffff:192.0.2.1"]
    {
        assert_eq!(judge(&both, dialled), Ok(()), "{dialled}");
    }
    for dialled in ["core2.noc.example", "core1", "192.0.2.2", ""] {
        assert_eq!(judge(&both, dialled), Err(CertificateFault::Principal), "{dialled}");
    }
    // A pattern in a certificate is a name like any other.
    assert_eq!(judge(&host(&["*.noc.example"]), "core1.noc.example"), Err(CertificateFault::Principal));
    let user = issue(CertType::User, &ca, |b| name(b, "core1"));
    assert_eq!(judge(&user, "core1"), Err(CertificateFault::Type));
    let option = issue(CertType::Host, &ca, |b| {
        name(b, "core1");
        b.critical_option("source-address", "192.0.2.1").expect("option");
    });
    assert_eq!(judge(&option, "core1"), Err(CertificateFault::CriticalOption));
}

fn wanted(txn: &CorrelationId, expires: Option<i64>) -> Wanted<'_> {
    Wanted {
        txn,
        subject: SubjectId::new(Uuid::from_u128(7)),
        principal: "net-admin",
        source: peer(),
        expires: expires.map(Timestamp::from_seconds),
        now: now(),
    }
}

#[test]
fn a_minted_certificate_says_exactly_what_it_is_for() {
    let (ca, txn) = (key(), "txn-0001".parse().expect("txn"));
    let wanted = wanted(&txn, Some(NOW + 100));
    let minted = mint(&ca, &wanted).expect("mint");
    let certificate = &minted.certificate;
    assert_eq!(certificate.key_id(), format!("pct1:txn-0001:{}", wanted.subject));
    assert_eq!(certificate.valid_principals(), ["net-admin"]);
    assert_eq!(certificate.valid_after(), u64::try_from(NOW - 30).expect("time"));
    assert_eq!(certificate.valid_before(), u64::try_from(NOW + 160).expect("time"));
    assert_eq!(minted.expires, Timestamp::from_seconds(NOW + 160));
    let extensions: Vec<_> = certificate.extensions().iter().collect();
    assert_eq!(extensions, [(&"permit-pty".to_owned(), &String::new())]);
    let options: Vec<_> = certificate.critical_options().iter().collect();
    assert_eq!(options, [(&"source-address".to_owned(), &"192.0.2.9".to_owned())]);
    assert!((1..1 << 53).contains(&certificate.serial()));
    assert_eq!(certificate.public_key(), minted.key.public_key().key_data());
    let cas = [ca.public_key().clone()];
    assert_eq!(check_user_certificate(certificate, &cas, &["net-admin".to_owned()], peer(), now()), Ok(()));
    let again = mint(&ca, &wanted).expect("mint");
    assert_ne!(again.certificate.public_key(), certificate.public_key());
    assert_ne!(again.certificate.serial(), certificate.serial());
}

#[test]
fn a_minted_certificate_ends_soon() {
    let (ca, txn) = (key(), "txn-0001".parse().expect("txn"));
    let ends = |expires| mint(&ca, &wanted(&txn, expires)).map(|minted| minted.expires.seconds() - NOW);
    assert_eq!(ends(None).expect("mint"), 300);
    assert_eq!(ends(Some(NOW + 100_000)).expect("mint"), 300);
    assert_eq!(ends(Some(NOW)).expect("mint"), 60);
    assert!(matches!(ends(Some(NOW - 60)), Err(MintFault::Expired)));
    let nobody = Wanted { principal: "", ..wanted(&txn, None) };
    assert!(matches!(mint(&ca, &nobody), Err(MintFault::NoPrincipal)));
}

#[test]
fn a_minted_key_is_not_shown() {
    let (ca, txn) = (key(), "txn-0001".parse().expect("txn"));
    let minted = mint(&ca, &wanted(&txn, None)).expect("mint");
    let shown = format!("{minted:?}");
    assert!(shown.contains("pct1:txn-0001:") && !shown.contains("key:"), "{shown}");
}
