//! TLS over one stream, by `rustls`: mutual certificates, and the secrets for captures where they
//! are asked for. Not for virtual time: `rustls` takes its randomness from the system.
use bytes::Bytes;
use engine::{Flow, Layer, LayerOutput, Now, Time, Why};
use rustls::{
    ClientConfig, Connection, KeyLog, RootCertStore, ServerConfig,
    crypto::ring,
    pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer, ServerName},
    server::WebPkiClientVerifier,
};
use std::{
    fmt,
    io::{Read, Write},
    net::SocketAddr,
    sync::{Arc, Mutex},
};

/// Who we are on TLS, and whom we believe. Peers need a certificate that leads to a root, and
/// servers one that names their address.
#[derive(Clone)]
pub struct Identity {
    client: Arc<ClientConfig>,
    server: Arc<ServerConfig>,
    secrets: Arc<Secrets>,
}

impl fmt::Debug for Identity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("TLS identity")
    }
}

impl Identity {
    /// From a chain of certificates (DER, our own first), its key (PKCS#8) and the roots that we
    /// believe (DER). `secrets`: whether [`LayerOutput::Secret`] is said.
    ///
    /// # Errors
    /// Certificates or a key that `rustls` does not take.
    pub fn new(
        chain: &[Vec<u8>],
        key: &[u8],
        roots: &[Vec<u8>],
        secrets: bool,
    ) -> Result<Self, rustls::Error> {
        let provider = Arc::new(ring::default_provider());
        let mut store = RootCertStore::empty();
        for r in roots {
            store.add(CertificateDer::from(r.clone()))?;
        }
        let store = Arc::new(store);
        let certs = || -> Vec<CertificateDer<'static>> {
            chain.iter().cloned().map(CertificateDer::from).collect()
        };
        let key = || PrivateKeyDer::from(PrivatePkcs8KeyDer::from(key.to_vec()));
        let log = Arc::new(Secrets {
            wanted: secrets,
            lines: Mutex::default(),
        });
        let mut client = ClientConfig::builder_with_provider(provider.clone())
            .with_safe_default_protocol_versions()?
            .with_root_certificates(store.clone())
            .with_client_auth_cert(certs(), key())?;
        client.key_log = log.clone();
        let verifier = WebPkiClientVerifier::builder_with_provider(store, provider.clone())
            .build()
            .map_err(|e| rustls::Error::General(e.to_string()))?;
        let mut server = ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()?
            .with_client_cert_verifier(verifier)
            .with_single_cert(certs(), key())?;
        server.key_log = log.clone();
        Ok(Self {
            client: Arc::new(client),
            server: Arc::new(server),
            secrets: log,
        })
    }

    /// TLS for one connection: the client's side where we dialled.
    pub fn layer(&self, dialled: bool) -> Box<dyn Layer> {
        Box::new(Tls {
            identity: self.clone(),
            dialled,
            connection: None,
            peer: None,
            up: false,
            spoken: false,
            closed: false,
        })
    }
}

/// Lines of the NSS key log, until a connection takes them.
struct Secrets {
    wanted: bool,
    lines: Mutex<Vec<String>>,
}

impl fmt::Debug for Secrets {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("secrets")
    }
}

impl KeyLog for Secrets {
    fn log(&self, label: &str, client_random: &[u8], secret: &[u8]) {
        let hex = |b: &[u8]| b.iter().map(|b| format!("{b:02x}")).collect::<String>();
        let line = format!("{label} {} {}", hex(client_random), hex(secret));
        if let Ok(mut lines) = self.lines.lock() {
            lines.push(line);
        }
    }

    fn will_log(&self, _: &str) -> bool {
        self.wanted
    }
}

/// The one flow of a stream.
const ONLY: Flow = Flow(0);

struct Tls {
    identity: Identity,
    dialled: bool,
    connection: Option<Connection>,
    peer: Option<SocketAddr>,
    up: bool,
    /// True once something was sent.
    spoken: bool,
    closed: bool,
}

impl Tls {
    /// Says all that there is to say: secrets first, so that a capture has them before the
    /// records that they open.
    fn pump(&mut self, out: &mut Vec<LayerOutput>) {
        let (Some(c), Some(to)) = (&mut self.connection, self.peer) else {
            return;
        };
        if let Ok(mut lines) = self.identity.secrets.lines.lock() {
            out.extend(lines.drain(..).map(LayerOutput::Secret));
        }
        let mut octets = Vec::new();
        while c.wants_write() {
            if c.write_tls(&mut octets).is_err() {
                break;
            }
        }
        if !octets.is_empty() {
            let octets = Bytes::from(octets);
            out.push(LayerOutput::Below { to, octets });
        }
        if !self.up && !c.is_handshaking() && !self.closed {
            self.up = true;
            let (port, peer) = (0, to);
            out.push(LayerOutput::Up {
                flow: ONLY,
                port,
                peer,
            });
        }
    }

    fn fail(&mut self, why: Why, out: &mut Vec<LayerOutput>) {
        if !self.closed {
            self.closed = true;
            out.push(LayerOutput::Down { flow: ONLY, why });
        }
    }
}

impl Layer for Tls {
    fn below(&mut self, _: Now, _: SocketAddr, mut octets: &[u8], out: &mut Vec<LayerOutput>) {
        while !octets.is_empty() && !self.closed {
            let Some(c) = &mut self.connection else {
                return;
            };
            let taken = c.read_tls(&mut octets).is_ok();
            let state = c.process_new_packets();
            // what is said now may be the alert that tells the peer why
            self.pump(out);
            let Ok(state) = state else {
                return self.fail(Why::Unreachable, out);
            };
            let mut clear = vec![0; state.plaintext_bytes_to_read()];
            let read = self
                .connection
                .as_mut()
                .is_some_and(|c| c.reader().read_exact(&mut clear).is_ok());
            if read && !clear.is_empty() {
                out.push(LayerOutput::Above {
                    flow: ONLY,
                    stream: 0,
                    ppid: 0,
                    message: clear.into(),
                });
            }
            if state.peer_has_closed() {
                return self.fail(Why::Closed, out);
            }
            if !taken {
                return self.fail(Why::Unreachable, out);
            }
        }
    }

    /// Begins the handshake with the peer at the other end of the stream, on either side.
    fn connect(&mut self, _: Now, to: SocketAddr, out: &mut Vec<LayerOutput>) -> Flow {
        let made = if self.dialled {
            let name = ServerName::IpAddress(to.ip().into());
            rustls::ClientConnection::new(self.identity.client.clone(), name).map(Connection::from)
        } else {
            rustls::ServerConnection::new(self.identity.server.clone()).map(Connection::from)
        };
        self.peer = Some(to);
        match made {
            Ok(c) => self.connection = Some(c),
            Err(_) => self.fail(Why::Unreachable, out),
        }
        self.pump(out);
        ONLY
    }

    fn send(&mut self, _: Now, _: Flow, _: (u16, u32), message: Bytes, out: &mut Vec<LayerOutput>) {
        if let Some(c) = self.connection.as_mut().filter(|_| self.up) {
            // its buffer grows as it must: the stream below tells when too much is waiting
            c.set_buffer_limit(None);
            // the first octet in a record of its own: Wireshark asks its heuristics before the
            // port where a first record is long enough, and one of them takes any Diameter
            // message for Remote Desktop
            let first = message.len().min(usize::from(!self.spoken));
            self.spoken = true;
            let (head, rest) = message.split_at(first);
            let _ = c.writer().write_all(head);
            let _ = c.writer().write_all(rest);
        }
        self.pump(out);
    }

    fn close(&mut self, _: Now, _: Flow, out: &mut Vec<LayerOutput>) {
        self.closed = true;
        if let Some(c) = &mut self.connection {
            c.send_close_notify();
        }
        self.pump(out);
    }

    fn abort(&mut self, _: Now, _: Flow, _: &mut Vec<LayerOutput>) {
        self.closed = true;
        self.connection = None;
    }

    fn timer(&mut self, _: Now, _: &mut Vec<LayerOutput>) {}

    fn due(&self) -> Option<Time> {
        None
    }

    fn is_busy(&self) -> bool {
        !self.closed
    }
}
