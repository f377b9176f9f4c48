//! Signed ledger checkpoints: C2SP `tlog-checkpoint` in a C2SP `signed-note`, signed with Ed25519.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use ed25519_dalek::{Signature, Signer, SigningKey, VerifyingKey};
use sha2::{Digest, Sha256};

use super::record::hex;
use super::tree::Hash;

/// The signature type of Ed25519 in a verifier key (C2SP signed-note).
const ED25519: u8 = 1;

/// What a ledger checkpoint says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Checkpoint {
    /// The ledger's name.
    pub origin: String,
    /// How many entries it has.
    pub size: u64,
    /// The root over them.
    pub root: Hash,
}

/// Why a note is none.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NoteError {
    /// Not the form of C2SP `tlog-checkpoint`.
    #[error("not a ledger checkpoint")]
    Form,
    /// No signature by this key verifies.
    #[error("not signed by this key")]
    Signature,
    /// Not `name+hash+key`.
    #[error("not a verifier key")]
    Key,
}

/// A name with its public key: what an auditor needs.
#[derive(Clone, Debug)]
pub struct Verifier {
    name: String,
    key: VerifyingKey,
}

impl Verifier {
    /// The public half of the ledger's key.
    #[must_use]
    pub fn of(origin: &str, key: &SigningKey) -> Self {
        Self::with(origin, key.verifying_key())
    }

    /// A public key, under the name that the ledger's checkpoints have.
    #[must_use]
    pub fn with(origin: &str, key: VerifyingKey) -> Self {
        Self { name: origin.to_owned(), key }
    }

    /// Reads the text form, `name+hash+base64`.
    ///
    /// # Errors
    /// [`NoteError::Key`].
    pub fn parse(text: &str) -> Result<Self, NoteError> {
        let mut parts = text.trim().splitn(3, '+');
        let (Some(name), Some(hash), Some(key)) = (parts.next(), parts.next(), parts.next()) else {
            return Err(NoteError::Key);
        };
        let bytes = STANDARD.decode(key).map_err(|_| NoteError::Key)?;
        let (&[kind], key) = bytes.split_first_chunk::<1>().ok_or(NoteError::Key)?;
        let key: [u8; 32] = key.try_into().map_err(|_| NoteError::Key)?;
        let key = VerifyingKey::from_bytes(&key).map_err(|_| NoteError::Key)?;
        let own = Self { name: name.to_owned(), key };
        if kind != ED25519 || hex(&own.id()) != hash {
            return Err(NoteError::Key);
        }
        Ok(own)
    }

    /// The text form.
    #[must_use]
    pub fn text(&self) -> String {
        format!("{}+{}+{}", self.name, hex(&self.id()), STANDARD.encode(self.public()))
    }

    fn public(&self) -> Vec<u8> {
        [&[ED25519], self.key.as_bytes().as_slice()].concat()
    }

    /// The first four bytes of SHA-256(name || LF || type || key).
    fn id(&self) -> [u8; 4] {
        let hash =
            Sha256::new().chain_update(&self.name).chain_update(b"\n").chain_update(self.public()).finalize();
        hash.first_chunk().copied().unwrap_or_default()
    }

    /// Reads a note and checks its signature.
    ///
    /// # Errors
    /// [`NoteError`].
    pub fn open(&self, note: &str) -> Result<Checkpoint, NoteError> {
        let (text, signatures) = note.split_once("\n\n").ok_or(NoteError::Form)?;
        let signed = format!("{text}\n");
        let mark = format!("\u{2014} {} ", self.name);
        let good = signatures.lines().filter_map(|line| line.strip_prefix(&mark)).any(|encoded| {
            let Ok(bytes) = STANDARD.decode(encoded) else { return false };
            let Some((id, signature)) = bytes.split_first_chunk::<4>() else { return false };
            let Ok(signature) = Signature::from_slice(signature) else { return false };
            *id == self.id() && self.key.verify_strict(signed.as_bytes(), &signature).is_ok()
        });
        if good { parse(text) } else { Err(NoteError::Signature) }
    }
}

/// Reads a note without checking who signed it.
///
/// # Errors
/// [`NoteError::Form`].
pub fn unverified(note: &str) -> Result<Checkpoint, NoteError> {
    let (text, _) = note.split_once("\n\n").ok_or(NoteError::Form)?;
    parse(text)
}

/// Signs a checkpoint.
#[must_use]
pub fn sign(key: &SigningKey, checkpoint: &Checkpoint) -> String {
    let Checkpoint { origin, size, root } = checkpoint;
    let text = format!("{origin}\n{size}\n{}\n", STANDARD.encode(root));
    let signature = key.sign(text.as_bytes());
    let encoded =
        STANDARD.encode([Verifier::of(origin, key).id().as_slice(), &signature.to_bytes()].concat());
    format!("{text}\n\u{2014} {origin} {encoded}\n")
}

fn parse(text: &str) -> Result<Checkpoint, NoteError> {
    let mut lines = text.lines();
    let (Some(origin), Some(size), Some(root), None) =
        (lines.next(), lines.next(), lines.next(), lines.next())
    else {
        return Err(NoteError::Form);
    };
    let root = STANDARD.decode(root).ok().and_then(|root| root.try_into().ok()).ok_or(NoteError::Form)?;
    let canonical = !size.is_empty()
        && (size == "0" || !size.starts_with('0'))
        && size.bytes().all(|b| b.is_ascii_digit());
    let size = canonical.then(|| size.parse().ok()).flatten().ok_or(NoteError::Form)?;
    Ok(Checkpoint { origin: origin.to_owned(), size, root })
}
