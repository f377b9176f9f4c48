//! How many connections may be logging in at once: in all, and from one place.

use std::collections::HashMap;
use std::net::{IpAddr, Ipv6Addr};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::Limits;

/// Connections that are not yet authenticated. Cheap to clone; all clones count together.
#[derive(Clone, Debug, Default)]
pub(super) struct Caps(Arc<Mutex<HashMap<IpAddr, usize>>>);

/// Which of the two is reached.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Full {
    Everywhere,
    Here,
}

/// One connection that is logging in, until this is dropped.
#[derive(Debug)]
pub(super) struct Slot {
    caps: Caps,
    place: IpAddr,
}

impl Caps {
    pub(super) fn enter(&self, address: IpAddr, limits: &Limits) -> Result<Slot, Full> {
        let place = place(address);
        let mut places = self.places();
        let here = places.get(&place).copied().unwrap_or(0);
        if here >= limits.max_pre_auth_per_address {
            return Err(Full::Here);
        }
        if places.values().sum::<usize>() >= limits.max_pre_auth {
            return Err(Full::Everywhere);
        }
        places.insert(place, here.saturating_add(1));
        drop(places);
        Ok(Slot { caps: self.clone(), place })
    }

    fn places(&self) -> MutexGuard<'_, HashMap<IpAddr, usize>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Slot {
    fn drop(&mut self) {
        let mut places = self.caps.places();
        let left = places.get(&self.place).copied().unwrap_or(0).saturating_sub(1);
        if left == 0 {
            places.remove(&self.place);
        } else {
            places.insert(self.place, left);
        }
    }
}

/// One customer of IPv6 has at least a /64, so its addresses are one place; IPv4 in IPv6's clothes is IPv4.
fn place(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V4(v4) => IpAddr::V4(v4),
        IpAddr::V6(v6) => IpAddr::V6(Ipv6Addr::from_bits(v6.to_bits() & (u128::MAX << 64))),
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    fn limits(max_pre_auth: usize, max_pre_auth_per_address: usize) -> Limits {
        Limits {
            login_grace: Duration::from_secs(1),
            max_pre_auth,
            max_pre_auth_per_address,
            max_auth_probes: 1,
        }
    }

    fn ip(text: &str) -> IpAddr {
        text.parse().unwrap()
    }

    #[test]
    fn one_place_cannot_take_all_and_a_permit_comes_back() {
        let (caps, limits) = (Caps::default(), limits(3, 2));
        let first = caps.enter(ip("192.0.2.1"), &limits).unwrap();
        let _second = caps.enter(ip("::ffff:192.0.2.1"), &limits).unwrap();
        assert_eq!(caps.enter(ip("192.0.2.1"), &limits).unwrap_err(), Full::Here);
        let _other = caps.enter(ip("192.0.2.2"), &limits).unwrap();
        assert_eq!(caps.enter(ip("192.0.2.3"), &limits).unwrap_err(), Full::Everywhere);
        drop(first);
        drop(caps.enter(ip("192.0.2.1"), &limits).unwrap());
    }

    #[test]
    fn a_64_is_one_place_and_nothing_is_kept_of_who_left() {
        let (caps, limits) = (Caps::default(), limits(9, 1));
        let first = caps.enter(ip("2001:db8:0:1::1"), &limits).unwrap();
        assert_eq!(caps.enter(ip("2001:db8:0:1:ffff::2"), &limits).unwrap_err(), Full::Here);
        let second = caps.enter(ip("2001:db8:0:2::1"), &limits).unwrap();
        drop((first, second));
        assert!(caps.places().is_empty());
    }
}
