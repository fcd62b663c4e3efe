//! A node whose counters are published while it runs.
use crate::{
    admin::Shared,
    nodes::{AnyCommand, AnyNode},
};
use engine::{FastPath, Input, Node, Now, Outputs, Placed, PortSpec, Time};
use std::time::Duration;

/// Counters are published so often at most.
const EVERY: Duration = Duration::from_millis(500);

/// A node and who is told of its counters.
pub(super) struct Watched {
    node: AnyNode,
    number: usize,
    board: Shared,
    /// When what has been counted since is to be published.
    publish: Option<Time>,
}

/// The same node, watched.
pub(super) fn watch(number: usize, p: Placed<AnyNode>, board: &Shared) -> Placed<Watched> {
    Placed {
        name: p.name,
        ports: p.ports,
        node: Watched {
            node: p.node,
            number,
            board: board.clone(),
            publish: None,
        },
    }
}

impl Node for Watched {
    type Ask = hlr_auc::Ask;
    type Answer = hlr_auc::Answer;
    type Command = AnyCommand;

    fn ports(&self) -> &[PortSpec] {
        self.node.ports()
    }

    fn recall(&mut self, key: &str, octets: &[u8]) -> Result<(), String> {
        self.node.recall(key, octets)
    }

    fn handle(
        &mut self,
        now: Now,
        input: Input<hlr_auc::Answer, AnyCommand>,
        out: &mut Outputs<hlr_auc::Ask>,
    ) {
        let ours = matches!(input, Input::Timer) && self.node.due().is_none_or(|t| t > now.mono);
        let last = matches!(input, Input::Stop);
        if !ours {
            match input {
                Input::Up { .. } => out.count("connections.up"),
                Input::Down { .. } => out.count("connections.down"),
                Input::Recv { .. } => out.count("messages.received"),
                _ => {}
            }
            self.node.handle(now, input, out);
        }
        let due = *self.publish.get_or_insert(now.mono + EVERY);
        if last || due <= now.mono {
            self.publish = None;
            self.board.read().count(self.number, out.counters());
        }
    }

    fn due(&self) -> Option<Time> {
        [self.node.due(), self.publish].into_iter().flatten().min()
    }

    fn fast_path(&mut self) -> Option<&mut dyn FastPath> {
        self.node.fast_path()
    }
}
