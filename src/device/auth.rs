//! Logging in, with exactly the one credential that the inventory names: a refusal is never answered with another.

use russh::client::{AuthResult, Handle, KeyboardInteractiveAuthResponse};
use russh::keys::PrivateKeyWithHashAlg;
use russh::{MethodKind, MethodSet};
use zeroize::Zeroizing;

use super::credentials::Offer;
use super::peer::Peer;

/// How often a device may ask before it is given up.
const MAX_ROUNDS: usize = 3;

/// Logs in.
///
/// # Errors
/// One line that holds no secret.
pub(super) async fn log_in(handle: &mut Handle<Peer>, user: &str, offer: Offer) -> Result<(), String> {
    let result = match offer {
        Offer::Certificate(minted) => {
            handle.authenticate_openssh_cert(user, minted.key, minted.certificate).await
        }
        Offer::Key(key) => handle.authenticate_publickey(user, PrivateKeyWithHashAlg::new(key, None)).await,
        Offer::Password(password) => return by_password(handle, user, &password).await,
    };
    match result.map_err(|fault| fault.to_string())? {
        AuthResult::Success => Ok(()),
        AuthResult::Failure { remaining_methods, partial_success } => {
            Err(refusal(&remaining_methods, partial_success))
        }
    }
}

/// By `password`, or by `keyboard-interactive` where a device has only that.
async fn by_password(
    handle: &mut Handle<Peer>,
    user: &str,
    password: &Zeroizing<String>,
) -> Result<(), String> {
    let result =
        handle.authenticate_password(user, password.as_str()).await.map_err(|fault| fault.to_string())?;
    match result {
        AuthResult::Success => Ok(()),
        AuthResult::Failure { remaining_methods, partial_success }
            if partial_success
                || remaining_methods.contains(&MethodKind::Password)
                || !remaining_methods.contains(&MethodKind::KeyboardInteractive) =>
        {
            Err(refusal(&remaining_methods, partial_success))
        }
        AuthResult::Failure { .. } => by_prompt(handle, user, password).await,
    }
}

/// The password is the answer to one hidden prompt, once. Any other question is not ours to answer.
async fn by_prompt(
    handle: &mut Handle<Peer>,
    user: &str,
    password: &Zeroizing<String>,
) -> Result<(), String> {
    let mut reply = handle
        .authenticate_keyboard_interactive_start(user, None::<String>)
        .await
        .map_err(|fault| fault.to_string())?;
    let mut answered = false;
    for _ in 0..MAX_ROUNDS {
        let answers = match &reply {
            KeyboardInteractiveAuthResponse::Success => return Ok(()),
            KeyboardInteractiveAuthResponse::Failure { remaining_methods, partial_success } => {
                return Err(refusal(remaining_methods, *partial_success));
            }
            KeyboardInteractiveAuthResponse::InfoRequest { prompts, .. } => match prompts.as_slice() {
                [] => Vec::new(),
                [prompt] if !prompt.echo && !answered => {
                    answered = true;
                    vec![password.to_string()]
                }
                _ => return Err("it asks for more than a password".to_owned()),
            },
        };
        reply = handle
            .authenticate_keyboard_interactive_respond(answers)
            .await
            .map_err(|fault| fault.to_string())?;
    }
    match reply {
        KeyboardInteractiveAuthResponse::Success => Ok(()),
        _ => Err("it asks too often".to_owned()),
    }
}

fn refusal(remaining: &MethodSet, partial: bool) -> String {
    let methods: Vec<String> = remaining.iter().map(String::from).collect();
    let taken = if methods.is_empty() { "nothing".to_owned() } else { methods.join(", ") };
    let also = if partial { "also " } else { "" };
    format!("it {also}takes {taken}")
}
