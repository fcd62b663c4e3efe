//! Puts commands into messages of a limited size, large objects in pieces (OMA-TS-DM-Protocol 7),
//! and puts the pieces together again.
use super::Code;
use crate::syncml::{Command, Data, Form, Item, Message};
use std::collections::VecDeque;

/// A command that waits, or the rest of one that was begun.
#[derive(Debug, Clone)]
pub(super) struct Waiting {
    pub command: Command,
    begun: bool,
}

impl From<Command> for Waiting {
    fn from(command: Command) -> Self {
        Self {
            command,
            begun: false,
        }
    }
}

impl Waiting {
    /// As it goes into a message of this form: XML takes octets as base64 alone (OMA-TS-DM-RepPro
    /// 6.3.2).
    pub fn in_form(mut command: Command, form: Form) -> Self {
        if form == Form::Xml {
            textual(&mut command);
        }
        command.into()
    }

    /// True for the rest of an object whose first piece was sent.
    pub fn is_rest(&self) -> bool {
        self.begun
    }
}

fn textual(c: &mut Command) {
    let items = match c {
        Command::Request(r) => &mut r.items,
        Command::Results(r) => &mut r.items,
        Command::Group(g) => return g.commands.iter_mut().for_each(textual),
        _ => return,
    };
    for item in items {
        if let Some(Data::Octets(octets)) = &item.data {
            item.data = Some(Data::Text(crate::text::base64(octets)));
            item.meta.format = Some("b64".to_owned());
        }
    }
}

/// Room kept for Size, MoreData and lengths when an object is cut.
const SLACK: usize = 40;
/// The same in XML, where elements have names.
const SLACK_XML: usize = 120;
/// A piece smaller than this waits for the next message.
const LEAST: usize = 32;

/// Moves what fits from `queue` into `message` (which holds header and statuses), numbers the
/// commands, sets Final where nothing waits any more.
pub(super) fn pack(message: &mut Message, queue: &mut VecDeque<Waiting>, limit: usize, form: Form) {
    let fixed = message.commands.len();
    let mut added = 0usize;
    while let Some(next) = queue.pop_front() {
        message.commands.push(next.command.clone());
        // 8: numbers of commands, Final
        if message.write_as(form).len().saturating_add(8) <= limit {
            added = added.saturating_add(1);
            continue;
        }
        message.commands.pop();
        match cut(message, &next, limit, form) {
            Some((piece, rest)) => {
                message.commands.push(piece);
                queue.push_front(rest);
            }
            // alone in its message and still too long: it goes as it is
            None if added == 0 && fixed <= 2 => {
                message.commands.push(next.command);
            }
            None => queue.push_front(next),
        }
        break;
    }
    let mut n = 0;
    message.commands.iter_mut().for_each(|c| c.number(&mut n));
    message.is_final = queue.is_empty();
}

fn cut(message: &Message, next: &Waiting, limit: usize, form: Form) -> Option<(Command, Waiting)> {
    let (mut piece, mut rest) = (next.command.clone(), next.command.clone());
    let whole = item(&mut piece)?.data.take()?;
    let mut probe = message.clone();
    probe.commands.push(piece.clone());
    let room = limit
        .checked_sub(probe.write_as(form).len())?
        .checked_sub(match form {
            Form::Wbxml => SLACK,
            Form::Xml => SLACK_XML,
        })?;
    let (head, tail) = split(&whole, room)?;
    let first = item(&mut piece)?;
    first.meta.size = (!next.begun).then_some(whole.octets().len() as u64);
    first.data = Some(head);
    first.more_data = true;
    item(&mut rest)?.data = Some(tail);
    let rest = Waiting {
        command: rest,
        begun: true,
    };
    Some((piece, rest))
}

fn split(data: &Data, room: usize) -> Option<(Data, Data)> {
    if room < LEAST || data.octets().len() <= room {
        return None;
    }
    match data {
        Data::Octets(o) => {
            let (a, b) = o.split_at_checked(room)?;
            Some((Data::Octets(a.to_vec()), Data::Octets(b.to_vec())))
        }
        Data::Text(t) => {
            let at = (0..=room).rev().find(|i| t.is_char_boundary(*i))?;
            let (a, b) = t.split_at_checked(at)?;
            Some((Data::Text(a.to_owned()), Data::Text(b.to_owned())))
        }
    }
}

/// The one item of a command that may be cut.
fn item(c: &mut Command) -> Option<&mut Item> {
    let items = match c {
        Command::Request(r) => &mut r.items,
        Command::Results(r) => &mut r.items,
        _ => return None,
    };
    match items.as_mut_slice() {
        [one] => Some(one),
        _ => None,
    }
}

/// A large object that is coming in.
#[derive(Debug, Clone)]
struct Large {
    uri: String,
    size: u64,
    octets: Vec<u8>,
}

/// Puts pieces together.
#[derive(Debug, Clone, Default)]
pub(super) struct Assembly(Option<Large>);

/// What a piece led to.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Piece {
    /// Not the last: 213.
    More,
    /// All of it.
    Whole(Vec<u8>),
    /// Refused.
    Refused(Code),
}

impl Assembly {
    /// True where an object is begun whose next piece is not for `uri`: the Alert 223 is due. The
    /// object is dropped.
    pub fn interrupted(&mut self, uri: &str) -> bool {
        let other = self.0.as_ref().is_some_and(|l| l.uri != uri);
        if other {
            self.0 = None;
        }
        other
    }

    /// Takes an item for `uri`; `begin` is asked with the size when an object begins.
    pub fn take(
        &mut self,
        uri: &str,
        item: &Item,
        size: Option<u64>,
        max: u64,
        begin: impl FnOnce(u64) -> Code,
    ) -> Piece {
        let octets = item.data.as_ref().map_or(&[][..], Data::octets);
        let mut large = match self.0.take() {
            Some(l) => l,
            None if !item.more_data => {
                if octets.len() as u64 > max {
                    return Piece::Refused(Code::TooBig);
                }
                return match size {
                    Some(s) if s != octets.len() as u64 && item.data.is_some() => {
                        Piece::Refused(Code::SizeMismatch)
                    }
                    _ => Piece::Whole(octets.to_vec()),
                };
            }
            None => {
                let Some(size) = size else {
                    return Piece::Refused(Code::SizeRequired);
                };
                if size > max {
                    return Piece::Refused(Code::TooBig);
                }
                match begin(size) {
                    c if c.is_success() => Large {
                        uri: uri.to_owned(),
                        size,
                        octets: Vec::new(),
                    },
                    c => return Piece::Refused(c),
                }
            }
        };
        large.octets.extend_from_slice(octets);
        let have = large.octets.len() as u64;
        if have > large.size || (!item.more_data && have != large.size) {
            return Piece::Refused(Code::SizeMismatch);
        }
        if item.more_data {
            self.0 = Some(large);
            return Piece::More;
        }
        Piece::Whole(large.octets)
    }
}
