//! The critical option `source-address`: a comma-separated list of addresses in CIDR form (ssh-keygen(1)).

use std::net::IpAddr;

/// A longer list is not read.
const MAX_ENTRIES: usize = 256;

/// Whether an entry of the list covers `peer`. None when any entry cannot be read, whether or not another matches.
pub(super) fn covers(list: &str, peer: IpAddr) -> Option<bool> {
    // A dual-stack listener sees IPv4 peers as ::ffff:a.b.c.d.
    let peer = peer.to_canonical();
    let mut found = false;
    for (count, entry) in list.split(',').enumerate() {
        if count >= MAX_ENTRIES {
            return None;
        }
        found |= Network::parse(entry)?.contains(peer);
    }
    Some(found)
}

/// An address without host bits, and how many of its bits count.
#[derive(Debug, PartialEq, Eq)]
struct Network {
    address: IpAddr,
    length: u32,
}

impl Network {
    /// `192.0.2.0/24`, `2001:db8::/32`, or one address. As OpenSSH's `addr_pton_cidr`, bits behind the mask are an
    /// error: who writes `10.1.2.3/8` may mean one host or sixteen million.
    fn parse(entry: &str) -> Option<Self> {
        let (address, length) = match entry.split_once('/') {
            Some((address, length)) => (address, Some(length)),
            None => (entry, None),
        };
        let address: IpAddr = address.parse().ok()?;
        let most = width(address);
        let length = match length {
            None => most,
            Some(text) if is_number(text) => text.parse().ok().filter(|length| *length <= most)?,
            Some(_) => return None,
        };
        (masked(address, length) == bits(address)).then_some(Self { address, length })
    }

    fn contains(&self, peer: IpAddr) -> bool {
        width(peer) == width(self.address) && masked(peer, self.length) == bits(self.address)
    }
}

/// One to three digits: no sign, no blank, no leading zero.
fn is_number(text: &str) -> bool {
    text == "0"
        || ((1..=3).contains(&text.len())
            && !text.starts_with('0')
            && text.bytes().all(|byte| byte.is_ascii_digit()))
}

fn width(address: IpAddr) -> u32 {
    match address {
        IpAddr::V4(_) => 32,
        IpAddr::V6(_) => 128,
    }
}

fn bits(address: IpAddr) -> u128 {
    match address {
        IpAddr::V4(address) => u128::from(address.to_bits()),
        IpAddr::V6(address) => address.to_bits(),
    }
}

/// The first `length` bits; the others become zero.
fn masked(address: IpAddr, length: u32) -> u128 {
    let behind = width(address).saturating_sub(length);
    // A shift by the whole width, for /0 of IPv6, is no shift at all.
    let mask = u128::MAX.checked_shl(behind).unwrap_or(0);
    bits(address) & mask
}

#[cfg(test)]
mod tests {
    use super::*;

    fn from(list: &str, peer: &str) -> Option<bool> {
        covers(list, peer.parse().expect("address"))
    }

    #[test]
    fn addresses_and_networks_match() {
        for (list, peer) in [
            ("192.0.2.9", "192.0.2.9"),
            ("192.0.2.9/32", "192.0.2.9"),
            ("192.0.2.8/31", "192.0.2.9"),
            ("10.0.0.0/8,192.0.2.0/24", "192.0.2.255"),
            ("0.0.0.0/0", "255.255.255.255"),
            ("192.0.2.9", "::ffff:192.0.2.9"),
            ("2001:db8::/32", "2001:db8:ffff::1"),
            ("::/0", "fe80::1"),
            ("::1", "::1"),
        ] {
            assert_eq!(from(list, peer), Some(true), "{list} {peer}");
        }
    }

    #[test]
    fn others_do_not() {
        for (list, peer) in [
            ("192.0.2.9", "192.0.2.8"),
            ("192.0.2.8/31", "192.0.2.10"),
            ("10.0.0.0/8,192.0.2.0/24", "11.0.0.1"),
            ("0.0.0.0/0", "::1"),
            ("::/0", "192.0.2.1"),
            ("::/0", "::ffff:192.0.2.1"),
            ("2001:db8::/33", "2001:db8:8000::1"),
            ("::1", "::2"),
        ] {
            assert_eq!(from(list, peer), Some(false), "{list} {peer}");
        }
    }

    #[test]
    fn a_list_is_read_whole_or_not_at_all() {
        for list in [
            "",
            ",",
            "192.0.2.9,",
            ",192.0.2.9",
            "192.0.2.9, 10.0.0.1",
            " 192.0.2.9",
            "192.0.2.9/",
            "192.0.2.9/33",
            "192.0.2.9/+32",
            "192.0.2.9/032",
            "192.0.2.9/24",
            "192.0.2.9/32/32",
            "192.0.2.0/255.255.255.0",
            "192.0.2",
            "::1/129",
            "2001:db8::1/64",
            "!192.0.2.8,192.0.2.9",
            "*",
            "router.example",
        ] {
            assert_eq!(from(list, "192.0.2.9"), None, "{list}");
        }
        assert_eq!(from(&vec!["192.0.2.9"; MAX_ENTRIES + 1].join(","), "192.0.2.9"), None);
    }
}
