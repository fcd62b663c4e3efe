//! What a cell of the visited network broadcasts, for whoever looks for a network. There is no
//! air here: each hearer gets every broadcast as GSMTAP.
use super::{GSMTAP, Out, Sgsn};
use engine::{Now, Time};
use gb_gmm::{
    broadcast::{
        broadcast,
        si::{Si3, Si13},
    },
    bssgp::value::CellId,
    gmm::Cause,
};
use std::{net::SocketAddr, time::Duration};
use wire::{Imsi, MncLengths, Plmn};

/// A cell that broadcasts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cell {
    /// Where it is.
    pub id: CellId,
    /// Its channel.
    pub arfcn: u16,
    /// How loud it is where its hearers are, in dBm.
    pub signal: i8,
    /// The time from one broadcast to the next.
    pub every: Duration,
    /// Who hears it.
    pub hearers: Vec<SocketAddr>,
}

/// The cell, and its next broadcast.
#[derive(Debug)]
pub(super) struct Station {
    cell: Cell,
    next: Option<Time>,
    sent: u32,
}

impl Station {
    pub fn new(cell: &Cell) -> Self {
        Self {
            cell: cell.clone(),
            next: None,
            sent: 0,
        }
    }

    pub fn due(&self) -> Option<Time> {
        self.next
    }
}

/// A home network whose subscribers are not served.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Barred {
    /// Which.
    pub plmn: Plmn,
    /// What they are told: 7, 11, 13, 14.
    pub cause: Cause,
}

/// What a subscriber is told who is not served whatever its home says.
pub(super) fn barred(all: &[Barred], imsi: &Imsi, lengths: &MncLengths) -> Option<Cause> {
    let plmn = imsi.plmn(lengths)?;
    all.iter().find(|b| b.plmn == plmn).map(|b| b.cause)
}

impl Sgsn {
    /// Broadcasts what is due.
    pub(super) fn broadcast(&mut self, now: Now, out: &mut Out) {
        let Some(s) = &mut self.station else {
            return;
        };
        if s.next.is_some_and(|t| t > now.mono) {
            return;
        }
        let CellId { rai, ci } = s.cell.id;
        // a cell always has a network: the configuration's
        let Some(plmn) = rai.plmn() else {
            return;
        };
        let si3 = Si3 {
            ci,
            plmn,
            lac: rai.lac(),
            // TS 23.060 6.13.1.4: neighbouring areas differ in it, which their codes mostly do, too
            ra_colour: Some(rai.rac() % 8),
        };
        let si13 = Si13 { rac: rai.rac() };
        for d in broadcast(s.sent, s.cell.arfcn, s.cell.signal, &si3, &si13) {
            for to in &s.cell.hearers {
                out.datagram(GSMTAP, *to, d.clone());
            }
        }
        s.sent = s.sent.wrapping_add(1);
        s.next = Some(now.mono + s.cell.every);
    }
}
