//! Which IP addresses belong to the public Internet.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use ipnet::{Ipv4Net, Ipv6Net};

/// Whether `address` is global unicast by the IANA special-purpose registries (RFC 6890).
///
/// IPv6 forms that carry an IPv4 address (mapped, compatible, NAT64, 6to4, Teredo) never are, whatever they
/// carry: no honest server needs them.
pub(crate) fn is_global_unicast(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => !SPECIAL_V4.iter().any(|network| network.contains(&address)),
        IpAddr::V6(address) => {
            GLOBAL_V6.contains(&address) && !SPECIAL_V6.iter().any(|network| network.contains(&address))
        }
    }
}

const SPECIAL_V4: [Ipv4Net; 16] = [
    v4([0, 0, 0, 0], 8),        // this network
    v4([10, 0, 0, 0], 8),       // private
    v4([100, 64, 0, 0], 10),    // carrier-grade NAT
    v4([127, 0, 0, 0], 8),      // loopback
    v4([168, 63, 129, 16], 32), // Azure's host agent: a public address only by name
    v4([169, 254, 0, 0], 16),   // link-local, cloud metadata
    v4([172, 16, 0, 0], 12),    // private
    v4([192, 0, 0, 0], 24),     // IETF protocol assignments
    v4([192, 0, 2, 0], 24),     // documentation
    v4([192, 88, 99, 0], 24),   // 6to4 relays
    v4([192, 168, 0, 0], 16),   // private
    v4([198, 18, 0, 0], 15),    // benchmarking
    v4([198, 51, 100, 0], 24),  // documentation
    v4([203, 0, 113, 0], 24),   // documentation
    v4([224, 0, 0, 0], 4),      // multicast
    v4([240, 0, 0, 0], 4),      // reserved, broadcast
];

/// The only part of IPv6 from which global unicast addresses are given out.
const GLOBAL_V6: Ipv6Net = v6([0x2000, 0, 0, 0, 0, 0, 0, 0], 3);

const SPECIAL_V6: [Ipv6Net; 4] = [
    v6([0x2001, 0, 0, 0, 0, 0, 0, 0], 23), // IETF protocol assignments: Teredo, benchmarking, ORCHID
    v6([0x2001, 0xdb8, 0, 0, 0, 0, 0, 0], 32), // documentation
    v6([0x2002, 0, 0, 0, 0, 0, 0, 0], 16), // 6to4
    v6([0x3fff, 0, 0, 0, 0, 0, 0, 0], 20), // documentation
];

const fn v4([a, b, c, d]: [u8; 4], prefix: u8) -> Ipv4Net {
    Ipv4Net::new_assert(Ipv4Addr::new(a, b, c, d), prefix)
}

const fn v6([a, b, c, d, e, f, g, h]: [u16; 8], prefix: u8) -> Ipv6Net {
    Ipv6Net::new_assert(Ipv6Addr::new(a, b, c, d, e, f, g, h), prefix)
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::is_global_unicast;

    #[rstest]
    #[case::public("8.8.8.8")]
    #[case::public("20.190.128.1")]
    #[case::below_private_10("9.255.255.255")]
    #[case::above_private_10("11.0.0.0")]
    #[case::below_nat("100.63.255.255")]
    #[case::above_nat("100.128.0.0")]
    #[case::below_link_local("169.253.255.255")]
    #[case::above_link_local("169.255.0.0")]
    #[case::below_private_172("172.15.255.255")]
    #[case::above_private_172("172.32.0.0")]
    #[case::above_benchmarking("198.20.0.0")]
    #[case::below_multicast("223.255.255.255")]
    #[case::public_v6("2606:4700:4700::1111")]
    #[case::public_v6("2a00:1450:4001:81b::200e")]
    #[case::above_ietf_v6("2001:200::1")]
    fn a_global_address_is_allowed(#[case] address: &str) {
        assert!(is_global_unicast(address.parse().unwrap()), "{address}");
    }

    #[rstest]
    #[case::unspecified("0.0.0.0")]
    #[case::this_network("0.1.2.3")]
    #[case::private("10.0.0.1")]
    #[case::private_end("10.255.255.255")]
    #[case::carrier_grade_nat("100.64.0.1")]
    #[case::carrier_grade_nat_metadata("100.100.100.200")]
    #[case::loopback("127.0.0.1")]
    #[case::loopback_end("127.255.255.254")]
    #[case::azure_agent("168.63.129.16")]
    #[case::link_local("169.254.0.1")]
    #[case::metadata("169.254.169.254")]
    #[case::private_172("172.16.0.1")]
    #[case::private_172_end("172.31.255.255")]
    #[case::ietf("192.0.0.192")]
    #[case::documentation_1("192.0.2.1")]
    #[case::relay_6to4("192.88.99.1")]
    #[case::private_192("192.168.1.1")]
    #[case::benchmarking("198.18.0.1")]
    #[case::benchmarking_end("198.19.255.255")]
    #[case::documentation_2("198.51.100.1")]
    #[case::documentation_3("203.0.113.1")]
    #[case::multicast("224.0.0.1")]
    #[case::multicast_end("239.255.255.255")]
    #[case::reserved("240.0.0.1")]
    #[case::broadcast("255.255.255.255")]
    #[case::unspecified_v6("::")]
    #[case::loopback_v6("::1")]
    #[case::compatible("::7f00:1")]
    #[case::compatible_public("::8.8.8.8")]
    #[case::mapped_loopback("::ffff:127.0.0.1")]
    #[case::mapped_private("::ffff:10.0.0.1")]
    #[case::mapped_public("::ffff:8.8.8.8")]
    #[case::translated("::ffff:0:127.0.0.1")]
    #[case::nat64("64:ff9b::10.0.0.1")]
    #[case::nat64_public("64:ff9b::8.8.8.8")]
    #[case::nat64_local("64:ff9b:1::1")]
    #[case::discard("100::1")]
    #[case::teredo("2001::1")]
    #[case::benchmarking_v6("2001:2::1")]
    #[case::orchid("2001:20::1")]
    #[case::documentation_v6("2001:db8::1")]
    #[case::sixtofour_loopback("2002:7f00:1::1")]
    #[case::sixtofour_public("2002:808:808::1")]
    #[case::documentation_v6_new("3fff::1")]
    #[case::segment_routing("5f00::1")]
    #[case::unique_local("fc00::1")]
    #[case::unique_local_metadata("fd00:ec2::254")]
    #[case::link_local_v6("fe80::1")]
    #[case::site_local("fec0::1")]
    #[case::multicast_v6("ff02::1")]
    fn a_special_address_is_refused(#[case] address: &str) {
        assert!(!is_global_unicast(address.parse().unwrap()), "{address}");
    }
}
