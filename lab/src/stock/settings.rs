//! What osmo-sgsn and osmo-ggsn are told: addresses of the run, the two access points, and that
//! subscribers are asked about by GSUP. Nothing in it is about machines.
use super::{RO_USERS, SHO_USERS};
use crate::{
    places::{Inner, Places, Role},
    world::{OPERATIONAL_APN, REGISTRATION_APN},
};
use std::path::Path;

/// Their consoles, by the programs' habit.
pub(super) const SGSN_CONSOLE: u16 = 4245;
pub(super) const GGSN_CONSOLE: u16 = 4260;

const LOG: &str = "\
log stderr
 logging filter all 1
 logging color 0
 logging print category 1
 logging print category-hex 0
 logging print level 1
 logging timestamp 1
 logging level set-all info
line vty
 no login
 bind 127.0.0.1
";

/// Gb on the port that Wireshark binds; all access points at the one gateway.
pub(super) fn sgsn(places: &Places, name: &str, folder: &Path) -> String {
    let (own, ggsn) = (places.ip(Role::Sgsn), places.ip(Role::RoGgsn));
    let hlr = places.ip(Role::GsupProxy);
    let state = folder.display();
    format!(
        "{LOG}\
sgsn
 gtp state-dir {state}
 gtp local-ip {own}
 ggsn 0 remote-ip {ggsn}
 ggsn 0 gtp-version 1
 ggsn 0 echo-interval 60
 apn * ggsn 0
 authentication required
 auth-policy remote
 encryption gea 0
 gsup ipa-name {name}
 gsup remote-ip {hlr}
 gsup remote-port 4222
ns
 timer tns-block 3
 timer tns-block-retries 3
 timer tns-reset 3
 timer tns-reset-retries 3
 timer tns-test 30
 timer tns-alive 3
 timer tns-alive-retries 10
 bind udp local
  listen {own} 2157
  accept-ipaccess
  accept-dynamic-ip-sns
bssgp
"
    )
}

/// An access point for provisional identities and one for subscribers, each with its users' device.
pub(super) fn ggsn(places: &Places, folder: &Path) -> String {
    let own = places.ip(Role::RoGgsn);
    let inner = Inner(0);
    let apn = |name: &str, device: &str, pool: engine::Prefix| {
        // the first address of the pool is the gateway's own
        let first = match pool.address {
            std::net::IpAddr::V4(a) => std::net::Ipv4Addr::from(u32::from(a) | 1).into(),
            other => other,
        };
        let n = pool.len;
        format!(
            " apn {name}
  gtpu-mode tun
  tun-device {device}
  type-support v4
  ip prefix dynamic {}/{n}
  ip ifconfig {first}/{n}
  no shutdown
",
            pool.address
        )
    };
    format!(
        "{LOG}\
ggsn ggsn0
 gtp state-dir {}
 gtp bind-ip {own}
{}{} default-apn {REGISTRATION_APN}
 no shutdown ggsn
",
        folder.display(),
        apn(REGISTRATION_APN, RO_USERS, inner.ro_pool()),
        apn(OPERATIONAL_APN, SHO_USERS, inner.sho_pool()),
    )
}
