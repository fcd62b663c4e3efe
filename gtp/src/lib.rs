//! GTPv1-C and GTP-U: messages, paths, tunnels, forwarding.
