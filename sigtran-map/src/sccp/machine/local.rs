//! SCCP of a node that has users itself: what they send becomes messages, segmented where it is
//! long, and what comes for them is given to them or sent back (Q.714 4.1, 4.2).
use crate::sccp::msg::{
    Address, Class, Head, Message, ReturnCause, Segmentation, Segments, Taken, Unitdata,
};
use bytes::Bytes;
use engine::Time;
use std::time::Duration;
use wire::Octets;

/// The most segments of a message (Q.714 4.1.1.2.2).
const SEGMENTS: usize = 16;
/// T(reass), Q.714 annex C: 10 to 20 s.
const T_REASS: Duration = Duration::from_secs(10);
/// The hop counter of a new message: its highest value (Q.713 3.18).
const HOPS: u8 = 15;
/// The message comes back where it cannot be delivered.
const RETURN: u8 = 0x80;

/// What a message was.
#[derive(Debug, PartialEq, Eq)]
pub enum Event {
    /// A user's message.
    Unitdata(Box<Unitdata>),
    /// A message of ours that comes back; where it was segmented, its first segment alone.
    Returned {
        /// Why.
        cause: ReturnCause,
        /// To whom it was.
        called: Address,
        /// The user's message.
        data: Bytes,
    },
    /// A message that is to be sent to where the last one came from.
    Send(Box<Message>),
    /// Nothing for anybody, and why.
    Dropped(&'static str),
}

/// The users of a node.
#[derive(Debug)]
pub struct Local {
    /// Their subsystem numbers.
    users: Vec<u8>,
    segments: Segments<Time>,
    reference: u32,
    /// The most octets of the user in one message.
    most: usize,
}

impl Local {
    /// Users with these subsystem numbers; `first` is the first local reference.
    pub fn new(users: Vec<u8>, first: u32) -> Self {
        Self {
            users,
            segments: Segments::default(),
            reference: first,
            // with two long addresses and a segmentation parameter every pointer reaches
            most: 200,
        }
    }

    /// The messages that carry a user's octets: one, or its segments in their order. `None` where
    /// sixteen segments do not hold it.
    pub fn messages(
        &mut self,
        called: &Address,
        calling: &Address,
        in_sequence: bool,
        data: &Bytes,
    ) -> Option<Vec<Message>> {
        let class = |c: u8, back: bool| Head::Class(Class(c | if back { RETURN } else { 0 }));
        let make =
            |head, data: Bytes| Unitdata::new(head, called.clone(), calling.clone(), Octets(data));
        let whole = make(class(in_sequence.into(), true), data.clone());
        if whole.fits() {
            return Some(vec![Message::Unitdata(whole)]);
        }
        let count = data.len().div_ceil(self.most);
        if count > SEGMENTS {
            return None;
        }
        self.reference = self.reference.wrapping_add(1);
        let [_, a, b, c] = self.reference.to_be_bytes();
        let segment = |n: usize| {
            let from = n.saturating_mul(self.most);
            let to = from.saturating_add(self.most).min(data.len());
            let s = Segmentation {
                first: n == 0,
                in_sequence,
                remaining: count.saturating_sub(n).saturating_sub(1) as u8,
                reference: [a, b, c],
            };
            // all segments in sequence, and only the first one comes back (Q.714 4.1.1.2.2)
            let m = make(class(1, n == 0), data.slice(from..to));
            Message::Unitdata(m.extended(HOPS, vec![s.parameter()]))
        };
        Some((0..count).map(segment).collect())
    }

    /// A message came.
    pub fn receive(&mut self, now: Time, m: Message) -> Event {
        let m = match m {
            Message::Unitdata(m) => m,
            Message::Other(..) => return Event::Dropped("sccp.message-of-no-use"),
        };
        match m.head {
            Head::Return(cause) => Event::Returned {
                cause,
                // addresses change places on the way back
                called: m.calling,
                data: m.data.0,
            },
            Head::Class(_) => match self.segments.take(now + T_REASS, m) {
                Taken::Part => Event::Dropped("sccp.segment"),
                Taken::Whole(m) => self.deliver(m),
                Taken::Failed(None, _) => Event::Dropped("sccp.segment-without-beginning"),
                Taken::Failed(Some(m), cause) => back(&m, cause),
            },
        }
    }

    fn deliver(&self, m: Box<Unitdata>) -> Event {
        match m.called.ssn {
            Some(ssn) if self.users.contains(&ssn) => Event::Unitdata(m),
            _ => back(&m, ReturnCause::UnequippedUser),
        }
    }

    /// When [`Local::timer`] is wanted.
    pub fn due(&self) -> Option<Time> {
        self.segments.first()
    }

    /// Segments that did not come: what goes back for them.
    pub fn timer(&mut self, now: Time) -> Option<Event> {
        let first = self.segments.give_up(now)?;
        Some(back(&first, ReturnCause::NoReassembly))
    }
}

/// The message that goes back, where its sender wants that.
fn back(m: &Unitdata, cause: ReturnCause) -> Event {
    match m.returned(cause) {
        Some(m) => Event::Send(Box::new(Message::Unitdata(m))),
        None => Event::Dropped("sccp.not-deliverable"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sccp::msg::{plan, ssn};
    use wire::Digits;

    fn address(ssn: u8) -> Address {
        Address::by_number(plan::E164, &Digits::new("999010000000001").unwrap(), ssn)
    }

    fn long(n: usize) -> Bytes {
        (0..n).map(|i| i as u8).collect()
    }

    /// Messages of `data` over the wire.
    fn sent(data: &Bytes) -> Vec<Message> {
        let mut local = Local::new(vec![ssn::SGSN], 0x00ff_ffff);
        let all = local.messages(&address(ssn::HLR), &address(ssn::SGSN), false, data);
        let all = all.unwrap();
        all.iter()
            .map(|m| {
                let Message::Unitdata(u) = m else { panic!() };
                assert!(u.fits());
                let again = Message::read(&m.bytes()).unwrap();
                assert_eq!(again.bytes(), m.bytes());
                again
            })
            .collect()
    }

    #[test]
    fn long_messages_go_in_segments_and_come_whole() {
        let mut hlr = Local::new(vec![ssn::HLR], 0);
        for n in [1, 219, 220, 255, 256, 400, 401, 3200] {
            let data = long(n);
            let messages = sent(&data);
            let last = messages.len() - 1;
            for (i, m) in messages.into_iter().enumerate() {
                match hlr.receive(Time(0), m) {
                    Event::Unitdata(m) if i == last => assert_eq!(m.data.0, data),
                    Event::Dropped("sccp.segment") if i < last => {}
                    other => panic!("{n}: {other:?}"),
                }
            }
        }
        assert_eq!(hlr.due(), None);
        let mut local = Local::new(Vec::new(), 0);
        let none = local.messages(&address(6), &address(7), false, &long(3201));
        assert_eq!(none, None);
    }

    #[test]
    fn a_lost_segment_sends_the_first_one_back() {
        let mut hlr = Local::new(vec![ssn::HLR], 0);
        let mut messages = sent(&long(700));
        messages.remove(1);
        hlr.receive(Time(0), messages.remove(0));
        let back = hlr.receive(Time(0), messages.remove(0));
        let Event::Send(m) = back else {
            panic!("{back:?}")
        };
        let Message::Unitdata(m) = *m else { panic!() };
        assert_eq!(m.head, Head::Return(ReturnCause::ErrorInTransport));
        assert_eq!(m.data.len(), 200);
        // what is left of it belongs to nothing
        let none = hlr.receive(Time(0), messages.remove(0));
        assert_eq!(none, Event::Dropped("sccp.segment-without-beginning"));
    }

    #[test]
    fn the_rest_is_waited_for_ten_seconds() {
        let mut hlr = Local::new(vec![ssn::HLR], 0);
        hlr.receive(Time(0), sent(&long(700)).remove(0));
        let due = hlr.due().unwrap();
        assert_eq!(due, Time(0) + Duration::from_secs(10));
        assert_eq!(hlr.timer(Time(0)), None);
        assert!(matches!(hlr.timer(due), Some(Event::Send(_))));
        assert_eq!(hlr.timer(due), None);
    }

    #[test]
    fn nobodys_message_comes_back_with_a_cause() {
        let mut other = Local::new(vec![8], 0);
        let back = other.receive(Time(0), sent(&long(9)).remove(0));
        let Event::Send(m) = back else {
            panic!("{back:?}")
        };
        let mut sgsn = Local::new(vec![ssn::SGSN], 0);
        let told = sgsn.receive(Time(0), *m);
        let Event::Returned {
            cause,
            called,
            data,
        } = told
        else {
            panic!("{told:?}")
        };
        assert_eq!(cause, ReturnCause::UnequippedUser);
        assert_eq!((called.ssn, data), (Some(ssn::HLR), long(9)));
    }
}
