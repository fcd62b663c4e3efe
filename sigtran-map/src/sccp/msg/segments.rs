//! Segments of long messages, put together again (Q.714 4.1.1.2.3).
use super::{Address, ReturnCause, Unitdata};
use bytes::BytesMut;
use std::collections::BTreeMap;
use wire::Octets;

/// Messages put together at one time; each has 16 segments at most.
const MOST: usize = 1024;

/// A message in the making: sender and its number of it.
type Key = (Address, [u8; 3]);

#[derive(Debug)]
struct Process<T> {
    /// The first segment: what goes back where the rest does not come.
    first: Unitdata,
    data: BytesMut,
    /// How many are still to come.
    left: u8,
    mark: T,
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

/// All messages in the making, each with a mark of whoever puts them together: until when it waits.
#[derive(Debug)]
pub struct Segments<T> {
    open: BTreeMap<Key, Process<T>>,
}

impl<T> Default for Segments<T> {
    fn default() -> Self {
        let open = BTreeMap::new();
        Self { open }
    }
}

impl<T: Copy + Ord> Segments<T> {
    /// Takes a message; one that is no segment is whole. The first segment of one is marked.
    pub fn take(&mut self, mark: T, m: Unitdata) -> Taken {
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
                mark,
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

    /// The lowest mark.
    pub fn first(&self) -> Option<T> {
        self.open.values().map(|p| p.mark).min()
    }

    /// Gives up a message whose mark is no higher than this: its first segment.
    pub fn give_up(&mut self, mark: T) -> Option<Unitdata> {
        let mut old = self.open.iter().filter(|(_, p)| p.mark <= mark);
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
