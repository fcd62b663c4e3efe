//! Segments of long messages, put together again (Q.714 4.1.1.2.3).
use crate::sccp::msg::{Address, ReturnCause, Unitdata};
use bytes::BytesMut;
use engine::Time;
use std::{collections::BTreeMap, time::Duration};
use wire::Octets;

/// T(reass), Q.714 annex C: 10 to 20 s.
const T_REASS: Duration = Duration::from_secs(10);
/// Messages put together at one time; each has 16 segments at most.
const MOST: usize = 1024;

/// A message in the making: sender and its number of it.
type Key = (Address, [u8; 3]);

#[derive(Debug)]
struct Process {
    /// The first segment: what goes back where the rest does not come.
    first: Unitdata,
    data: BytesMut,
    /// How many are still to come.
    left: u8,
    due: Time,
}

/// What a segment did.
#[derive(Debug, PartialEq, Eq)]
pub enum Taken {
    /// The message is whole.
    Whole(Box<Unitdata>),
    /// More has to come.
    Part,
    /// It will never be whole: the first segment, where there was one, and why.
    Failed(Option<Box<Unitdata>>, ReturnCause),
}

/// All messages in the making.
#[derive(Debug, Default)]
pub struct Reassembly {
    open: BTreeMap<Key, Process>,
}

impl Reassembly {
    /// Takes a message; one that is no segment is whole.
    pub fn take(&mut self, now: Time, m: Unitdata) -> Taken {
        let Some(s) = m.segmentation() else {
            return Taken::Whole(Box::new(m));
        };
        let key = (m.calling.clone(), s.reference);
        if s.first {
            // a first segment in the middle of the same message: what came before is lost
            self.open.remove(&key);
            if s.remaining == 0 {
                return Taken::Whole(Box::new(m));
            }
            if self.open.len() >= MOST {
                return Taken::Failed(Some(Box::new(m)), ReturnCause::NoReassembly);
            }
            let process = Process {
                data: m.data[..].into(),
                left: s.remaining,
                due: now + T_REASS,
                first: m,
            };
            self.open.insert(key, process);
            return Taken::Part;
        }
        let Some(p) = self.open.get_mut(&key) else {
            return Taken::Failed(None, ReturnCause::SegmentationFailure);
        };
        p.left = p.left.saturating_sub(1);
        p.data.extend_from_slice(&m.data);
        let (left, lost) = (p.left, p.left != s.remaining);
        if left > 0 && !lost {
            return Taken::Part;
        }
        let Some(p) = self.open.remove(&key) else {
            return Taken::Part;
        };
        match lost {
            true => Taken::Failed(Some(Box::new(p.first)), ReturnCause::ErrorInTransport),
            false => {
                let data = Octets(p.data.freeze());
                Taken::Whole(Box::new(p.first.whole(data)))
            }
        }
    }

    /// When [`Reassembly::expired`] has something.
    pub fn due(&self) -> Option<Time> {
        self.open.values().map(|p| p.due).min()
    }

    /// A message whose rest did not come in time: its first segment.
    pub fn expired(&mut self, now: Time) -> Option<Unitdata> {
        let mut old = self.open.iter().filter(|(_, p)| p.due <= now);
        let key = old.next().map(|(k, _)| k.clone())?;
        self.open.remove(&key).map(|p| p.first)
    }

    /// How many are in the making.
    pub fn len(&self) -> usize {
        self.open.len()
    }

    /// True without any.
    pub fn is_empty(&self) -> bool {
        self.open.is_empty()
    }
}
