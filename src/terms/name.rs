//! Names of things in configuration, tokens and rules: short, ASCII, compared byte for byte.

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

/// A name with characters it may not have.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a valid {what}: {rule}")]
pub struct BadName {
    /// What the name was for.
    pub what: &'static str,
    /// The rule it breaks.
    pub rule: &'static str,
}

macro_rules! name {
    ($(#[$doc:meta])* $name:ident, $what:literal, $max:literal, $extra:literal) => {
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(Arc<str>);

        impl $name {
            /// The name as written.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl FromStr for $name {
            type Err = BadName;

            fn from_str(text: &str) -> Result<Self, BadName> {
                let extra: &[u8] = $extra;
                let ok = (1..=$max).contains(&text.len())
                    && text.bytes().all(|b| b.is_ascii_alphanumeric() || extra.contains(&b));
                if ok {
                    Ok(Self(text.into()))
                } else {
                    Err(BadName {
                        what: $what,
                        rule: concat!("1 to ", $max, " letters, digits or characters of ", stringify!($extra)),
                    })
                }
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.pad(&self.0)
            }
        }
    };
}

name! {
    /// A router or switch of the inventory. Halves of `account+device` follow the same rule.
    DeviceName, "device name", 64, b"._-"
}
name! {
    /// A CLI dialect, named as netmiko and ntc-templates do: `cisco_ios`, `frr`.
    Platform, "platform", 32, b"_"
}
name! {
    /// Where in the CLI a line is typed: `privileged`, `config`, `config-if`.
    Mode, "mode", 32, b"-_"
}
name! {
    /// The identity that SSH authenticated.
    PrincipalName, "principal name", 64, b"._-@"
}
name! {
    /// Who minted a token: the `iss` claim.
    IssuerName, "issuer", 200, b"._-:/@"
}
name! {
    /// A named typed intent: `request_interface_shutdown`.
    IntentName, "intent name", 64, b"_"
}
name! {
    /// The id of a rule, unique over all rule files.
    RuleId, "rule id", 64, b"._-"
}
