//! How the modes of FRR are entered.

/// Typed once into routers that have nothing, so that lines have something to work on.
pub(crate) const SETUP: &[&str] = &[
    "configure terminal",
    "interface dif0",
    "ip address 10.9.1.1/24",
    "ipv6 address 2001:db8::9/64",
    "exit",
    "ip prefix-list DIF seq 5 permit 10.0.0.0/8 le 24",
    "access-list DIF seq 5 permit 10.0.0.0/8",
    "bgp as-path access-list DIF seq 5 permit ^65001$",
    "route-map RM permit 10",
    "exit",
    "router bgp 65001",
    "neighbor GRP peer-group",
    "neighbor GRP2 peer-group",
    "neighbor 10.9.1.2 remote-as 65010",
    "neighbor 2001:db8::1 remote-as 65010",
    "end",
];

const BGP: &str = "router bgp 65001";
const TE: [&str; 2] = ["segment-routing", "traffic-eng"];

/// The lines that lead from global configuration to a mode; none for a mode that cannot be entered.
pub(crate) fn steps(mode: &str) -> Option<Vec<&'static str>> {
    let bgp = |family| vec![BGP, family];
    let te = |more: &[&'static str]| TE.iter().chain(more).copied().collect();
    Some(match mode {
        "config" => vec![],
        "config-if" => vec!["interface dif0"],
        "config-link-params" => vec!["interface dif0", "link-params"],
        "config-router" => vec![BGP],
        "config-bgp-ipv4" => bgp("address-family ipv4 unicast"),
        "config-bgp-ipv6" => bgp("address-family ipv6 unicast"),
        "config-bgp-ipv4-multicast" => bgp("address-family ipv4 multicast"),
        "config-bgp-ipv6-multicast" => bgp("address-family ipv6 multicast"),
        "config-bgp-ipv4-labeled" => bgp("address-family ipv4 labeled-unicast"),
        "config-bgp-ipv6-labeled" => bgp("address-family ipv6 labeled-unicast"),
        "config-bgp-vpn" => bgp("address-family ipv4 vpn"),
        "config-bgp-flowspec" => bgp("address-family ipv4 flowspec"),
        "config-bgp-evpn" => bgp("address-family l2vpn evpn"),
        "config-bgp-evpn-vni" => vec![BGP, "address-family l2vpn evpn", "vni 5"],
        "config-bgp-srv6" => bgp("segment-routing srv6"),
        "config-bmp" => bgp("bmp targets x"),
        "config-ospf" => vec!["router ospf"],
        "config-ospf6" => vec!["router ospf6"],
        "config-rip" => vec!["router rip"],
        "config-ripng" => vec!["router ripng"],
        "config-babel" => vec!["router babel"],
        "config-isis" => vec!["router isis x"],
        "config-openfabric" => vec!["router openfabric x"],
        "config-eigrp" => vec!["router eigrp 1"],
        "config-route-map" => vec!["route-map x permit 10"],
        "config-vrf" => vec!["vrf red"],
        "config-line" => vec!["line vty"],
        "config-keychain" => vec!["key chain x"],
        "config-key" => vec!["key chain x", "key 1"],
        "config-nexthop-group" => vec!["nexthop-group x"],
        "config-pbr-map" => vec!["pbr-map x seq 1"],
        "config-pseudowire" => vec!["pseudowire x"],
        "config-bfd" => vec!["bfd"],
        "config-bfd-peer" => vec!["bfd", "peer 10.9.9.9"],
        "config-bfd-profile" => vec!["bfd", "profile x"],
        "config-ldp" => vec!["mpls ldp"],
        "config-ldp-ipv4" => vec!["mpls ldp", "address-family ipv4"],
        "config-ldp-ipv6" => vec!["mpls ldp", "address-family ipv6"],
        "config-ldp-if" => vec!["mpls ldp", "address-family ipv4", "interface dif0"],
        "config-ldp-if6" => vec!["mpls ldp", "address-family ipv6", "interface dif0"],
        "config-l2vpn" => vec!["l2vpn x type vpls"],
        "config-l2vpn-pw" => vec!["l2vpn x type vpls", "member pseudowire y"],
        "config-sr" => vec!["segment-routing"],
        "config-sr-te" => te(&[]),
        "config-sr-segment-list" => te(&["segment-list x"]),
        "config-sr-policy" => te(&["policy color 1 endpoint 1.1.1.1"]),
        "config-sr-candidate" => {
            te(&["policy color 1 endpoint 1.1.1.1", "candidate-path preference 5 name x dynamic"])
        }
        "config-pcep" => te(&["pcep"]),
        "config-pce" => te(&["pcep", "pce x"]),
        "config-pce-config" => te(&["pcep", "pce-config x"]),
        "config-pcc" => te(&["pcep", "pcc"]),
        "config-srv6" => vec!["segment-routing", "srv6"],
        "config-srv6-locators" => vec!["segment-routing", "srv6", "locators"],
        "config-srv6-locator" => vec!["segment-routing", "srv6", "locators", "locator x"],
        _ => return None,
    })
}
