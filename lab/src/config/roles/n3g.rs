//! First connectivity without 3GPP radio (R47): `n3g`, `aaa`.
use crate::config::{
    declare::settings,
    sections::{Network, Tunnel},
    types::{At, Span, Word},
};
use engine::Prefix;
use std::net::Ipv4Addr;

settings! {
    /// N3G-ICP: an access gateway of WLAN or DSL.
    N3g {
        /// Its address towards the machines: their router and DHCP server.
        req address: Ipv4Addr;
        /// The machines' addresses.
        req pool: Prefix;
        /// How long they are theirs.
        def lease: Span = "3600s";
        /// What may be reached: the registration operator's functions.
        req allowed: Vec<Prefix>;
        /// The machines' lines.
        rep line: Line;
        /// Who is asked whether a line is served; without it every line is.
        opt radius: LineRadius;
        /// The registration operator's network.
        def network: Network = "gi";
        /// Leads to the other hosts of that network; none where all are in one process.
        opt tunnel: Tunnel;
    }

    /// A line, with a machine at its end.
    Line {
        /// Its name: the user of RADIUS.
        req name: String;
        /// The name of its network.
        def network: Network = "line";
        /// Leads to the machine's host; none where both are in one process.
        opt tunnel: Tunnel;
    }

    /// A gateway's AAA server.
    LineRadius {
        /// The server.
        req server: At<1812>;
        /// The gateway's address: NAS-IP-Address, and where it asks from.
        req address: Ipv4Addr;
        /// Its port there.
        def port: u16 = 20001;
        /// What gateway and server share.
        req [secret] secret: Word;
        /// The lines' password.
        req [secret] password: Word;
    }

    /// AAA server of a N3G-ICP: which lines are served.
    Aaa {
        /// Where it is asked.
        req listen: At<1812>;
        /// What gateway and server share.
        req [secret] secret: Word;
        /// The lines that are served.
        rep user: LineUser;
        /// For how long; without it until they end.
        opt session: Span;
    }

    /// A line that is served.
    LineUser {
        /// Its name.
        req name: String;
        /// Its password.
        req [secret] password: Word;
    }
}
