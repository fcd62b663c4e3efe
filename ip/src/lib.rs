//! IP end points as pure machines: a TCP/IP stack on a raw-IP link, RADIUS.
