//! User packets between a TUN device of the kernel and our nodes, which take them in GRE in UDP
//! (RFC 8086) as from another host.
use engine::{from_gre, into_gre};
use std::{
    io,
    net::{IpAddr, Ipv4Addr, SocketAddr, UdpSocket},
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    thread::{self, JoinHandle},
    time::Duration,
};
use tun_rs::{DeviceBuilder, SyncDevice};
use wire::net::Packet;

/// The longest packet: what a TUN device takes.
const MOST: usize = 65_536;
/// How often the threads look whether it is over.
const LOOK: Duration = Duration::from_millis(100);

/// Both ways, a thread each, until this is dropped.
#[derive(Debug)]
pub(super) struct Bridge {
    over: Arc<AtomicBool>,
    threads: Vec<JoinHandle<()>>,
}

impl Bridge {
    /// Makes the device; packets for these addresses go to these nodes, all others to the first of
    /// them, as by a default route, and what nodes send to `at` goes into the device.
    pub(super) fn new(
        device: &str,
        at: SocketAddr,
        nodes: &[(Ipv4Addr, SocketAddr)],
    ) -> io::Result<Self> {
        let device = Arc::new(DeviceBuilder::new().name(device).build_sync()?);
        device.set_nonblocking(true)?;
        let socket = Arc::new(UdpSocket::bind(at)?);
        socket.set_read_timeout(Some(LOOK))?;
        let over = Arc::new(AtomicBool::new(false));
        let down = {
            let (device, socket, over) = (device.clone(), socket.clone(), over.clone());
            thread::spawn(move || out_of_nodes(&device, &socket, &over))
        };
        let up = {
            let (over, nodes) = (over.clone(), nodes.to_vec());
            thread::spawn(move || into_nodes(&device, &socket, &nodes, &over))
        };
        Ok(Self {
            over,
            threads: vec![down, up],
        })
    }
}

impl Drop for Bridge {
    fn drop(&mut self) {
        self.over.store(true, Ordering::Relaxed);
        for t in self.threads.drain(..) {
            let _ = t.join();
        }
    }
}

/// What a node sends goes into the device; what is no packet goes nowhere.
fn out_of_nodes(device: &SyncDevice, socket: &UdpSocket, over: &AtomicBool) {
    let mut buffer = vec![0; MOST];
    while !over.load(Ordering::Relaxed) {
        let Ok(n) = socket.recv(&mut buffer) else {
            continue;
        };
        if let Some(packet) = buffer.get(..n).and_then(from_gre) {
            // a device that is full drops, as a link does
            let _ = device.send(packet);
        }
    }
}

/// What comes out of the device goes to the node that has its address, else to the first.
fn into_nodes(
    device: &SyncDevice,
    socket: &UdpSocket,
    nodes: &[(Ipv4Addr, SocketAddr)],
    over: &AtomicBool,
) {
    let mut buffer = vec![0; MOST];
    while !over.load(Ordering::Relaxed) {
        let n = match device.recv(&mut buffer) {
            Ok(n) => n,
            Err(e) if e.kind() == io::ErrorKind::WouldBlock => {
                wait(device);
                continue;
            }
            Err(_) => return,
        };
        let packet = buffer.get(..n).unwrap_or_default();
        // the kernel solicits routers of IPv6 on each device that it has
        let Ok(IpAddr::V4(to)) = Packet::read(packet).map(|p| p.to) else {
            continue;
        };
        // the wall is to stop what is for nobody here: were this to, its absence would not show
        let node = nodes.iter().find(|(a, _)| *a == to).or(nodes.first());
        if let Some((_, at)) = node {
            let _ = socket.send_to(&into_gre(packet), at);
        }
    }
}

/// Until the device has something, or it is time to look whether it is over.
fn wait(device: &SyncDevice) {
    use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
    use std::os::fd::AsFd;
    let fd = device.as_fd();
    let timeout = PollTimeout::try_from(LOOK).unwrap_or(PollTimeout::NONE);
    let _ = poll(&mut [PollFd::new(fd, PollFlags::POLLIN)], timeout);
}
