//! The Linux kernel's GTP-U, its module `gtp`: told of devices by iproute2, of contexts by generic
//! netlink (linux/gtp.h).
use nix::sys::socket::{AddressFamily, MsgFlags, SockFlag, SockProtocol, SockType};
use nix::sys::socket::{recv, send, socket};
use std::{
    net::Ipv4Addr,
    os::fd::{AsRawFd, OwnedFd},
};

/// A device of the module, which has UDP port 2152 at all addresses of its namespace.
pub struct GtpModule {
    socket: OwnedFd,
    family: u16,
    device: u32,
}

/// A context as the module knows it.
pub struct Context {
    /// TEID of the packets that come in.
    pub ours: u32,
    /// TEID of those that go out.
    pub theirs: u32,
    /// The GSN at the tunnel's other end.
    pub peer: Ipv4Addr,
    /// The mobile's address.
    pub mobile: Ipv4Addr,
}

// linux/genetlink.h
const GENL_ID_CTRL: u16 = 0x10;
const CTRL_CMD_GETFAMILY: u8 = 3;
const CTRL_ATTR_FAMILY_ID: u16 = 1;
const CTRL_ATTR_FAMILY_NAME: u16 = 2;
// linux/gtp.h
const GTP_CMD_NEWPDP: u8 = 0;
const GTP_CMD_ECHOREQ: u8 = 3;
const GTPA_LINK: u16 = 1;
const GTPA_VERSION: u16 = 2;
const GTPA_PEER_ADDRESS: u16 = 4;
const GTPA_MS_ADDRESS: u16 = 5;
const GTPA_I_TEI: u16 = 8;
const GTPA_O_TEI: u16 = 9;
// linux/netlink.h
const NLMSG_ERROR: u16 = 2;
const NLM_F_REQUEST: u16 = 1;
const NLM_F_ACK: u16 = 4;
/// Octets of the headers of netlink and of generic netlink.
const HEADS: usize = 20;

impl GtpModule {
    /// Takes the device with this index in the calling thread's namespace.
    pub fn new(device: u32) -> Self {
        let protocol = SockProtocol::NetlinkGeneric;
        let flags = SockFlag::SOCK_CLOEXEC;
        let socket = socket(AddressFamily::Netlink, SockType::Raw, flags, protocol).unwrap();
        let mut module = Self {
            socket,
            family: GENL_ID_CTRL,
            device,
        };
        let said = module.ask(
            CTRL_CMD_GETFAMILY,
            NLM_F_REQUEST,
            &[(CTRL_ATTR_FAMILY_NAME, b"gtp\0")],
        );
        let id = attribute(&said, CTRL_ATTR_FAMILY_ID).expect("the module gtp");
        module.family = u16::from_ne_bytes(id.try_into().unwrap());
        module
    }

    /// Adds a context.
    pub fn add(&self, c: &Context) {
        self.told(
            GTP_CMD_NEWPDP,
            &[
                (GTPA_I_TEI, &c.ours.to_ne_bytes()),
                (GTPA_O_TEI, &c.theirs.to_ne_bytes()),
                (GTPA_PEER_ADDRESS, &c.peer.octets()),
                (GTPA_MS_ADDRESS, &c.mobile.octets()),
            ],
        );
    }

    /// Has it send an Echo Request (TS 29.281 7.2.1).
    pub fn echo(&self, from: Ipv4Addr, to: Ipv4Addr) {
        self.told(
            GTP_CMD_ECHOREQ,
            &[
                (GTPA_PEER_ADDRESS, &to.octets()),
                (GTPA_MS_ADDRESS, &from.octets()),
            ],
        );
    }

    /// A command of GTPv1 that the module has to take.
    fn told(&self, command: u8, attributes: &[(u16, &[u8])]) {
        let (link, version) = (self.device.to_ne_bytes(), 1_u32.to_ne_bytes());
        let head: [(u16, &[u8]); 2] = [(GTPA_LINK, &link), (GTPA_VERSION, &version)];
        let said = self.ask(
            command,
            NLM_F_REQUEST | NLM_F_ACK,
            &[&head, attributes].concat(),
        );
        let code = said[16..20].try_into().unwrap();
        let error = std::io::Error::from_raw_os_error(-i32::from_ne_bytes(code));
        assert_eq!(i32::from_ne_bytes(code), 0, "command {command}: {error}");
        assert_eq!(said[4..6], NLMSG_ERROR.to_ne_bytes());
    }

    /// Sends a message; the first one that comes back.
    fn ask(&self, command: u8, flags: u16, attributes: &[(u16, &[u8])]) -> Vec<u8> {
        let mut m = vec![0; 4];
        m.extend(self.family.to_ne_bytes());
        m.extend(flags.to_ne_bytes());
        m.extend([0; 8]);
        m.extend([command, 0, 0, 0]);
        for (kind, value) in attributes {
            m.extend((value.len() as u16 + 4).to_ne_bytes());
            m.extend(kind.to_ne_bytes());
            m.extend(*value);
            m.resize(m.len().next_multiple_of(4), 0);
        }
        let length = m.len() as u32;
        m[..4].copy_from_slice(&length.to_ne_bytes());
        let fd = self.socket.as_raw_fd();
        send(fd, &m, MsgFlags::empty()).unwrap();
        let mut said = vec![0; 8192];
        let n = recv(fd, &mut said, MsgFlags::empty()).unwrap();
        said.truncate(n);
        said
    }
}

/// An attribute of a message.
fn attribute(message: &[u8], kind: u16) -> Option<&[u8]> {
    let mut rest = message.get(HEADS..)?;
    while let [l1, l2, k1, k2, ..] = *rest {
        let length = usize::from(u16::from_ne_bytes([l1, l2]));
        if u16::from_ne_bytes([k1, k2]) == kind {
            return rest.get(4..length);
        }
        rest = rest.get(length.next_multiple_of(4).max(4)..)?;
    }
    None
}
