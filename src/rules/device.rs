//! Selectors of devices. What is not known of a device makes an `allow` not match and a `deny` match.

use super::check::Devices;
use crate::config::Device;
use crate::terms::Platform;

/// Whether a selector holds, from no to yes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Truth {
    /// It does not.
    No,
    /// What it asks for is not known.
    Unknown,
    /// It does.
    Yes,
}

impl Truth {
    fn not(self) -> Self {
        match self {
            Truth::No => Truth::Yes,
            Truth::Unknown => Truth::Unknown,
            Truth::Yes => Truth::No,
        }
    }
}

/// What is known of a device.
#[derive(Clone, Copy, Debug)]
pub(super) struct Shape<'a> {
    platform: &'a Platform,
    /// `None` when only the platform is known.
    device: Option<&'a Device>,
}

impl<'a> Shape<'a> {
    /// Of a device of the inventory all that it says is known.
    pub(super) fn of(device: &'a Device) -> Self {
        Self { platform: &device.platform, device: Some(device) }
    }

    /// Some device of a platform.
    pub(super) fn some(platform: &'a Platform) -> Self {
        Self { platform, device: None }
    }
}

impl Devices {
    /// Whether it selects a device. A selector of nothing selects every device.
    pub(super) fn selects(&self, shape: &Shape<'_>) -> Truth {
        let own = |of: fn(&Device) -> Option<&str>, wanted: &Option<Vec<String>>| {
            one_of(shape.device.and_then(of), wanted)
        };
        let all = [
            own(|device| Some(device.name.as_str()), &self.name),
            one_of(Some(shape.platform.as_str()), &self.platform),
            own(|device| device.site.as_deref(), &self.site),
            own(|device| device.role.as_deref(), &self.role),
            own(|device| device.env.as_deref(), &self.env),
            own(|device| device.criticality.as_deref(), &self.criticality),
            own(|device| device.redundancy_group.as_deref(), &self.redundancy_group),
            tagged(shape.device, &self.tag),
            self.not.as_ref().map_or(Truth::Yes, |not| not.selects(shape).not()),
        ];
        all.into_iter().min().unwrap_or(Truth::Unknown)
    }
}

fn one_of(own: Option<&str>, wanted: &Option<Vec<String>>) -> Truth {
    match (wanted, own) {
        (None, _) => Truth::Yes,
        (Some(_), None) => Truth::Unknown,
        (Some(wanted), Some(own)) if wanted.iter().any(|name| name == own) => Truth::Yes,
        (Some(_), Some(_)) => Truth::No,
    }
}

fn tagged(device: Option<&Device>, wanted: &Option<Vec<String>>) -> Truth {
    match (wanted, device) {
        (None, _) => Truth::Yes,
        (Some(_), None) => Truth::Unknown,
        (Some(wanted), Some(device)) if wanted.iter().any(|tag| device.tags.contains(tag)) => Truth::Yes,
        (Some(_), Some(_)) => Truth::No,
    }
}
