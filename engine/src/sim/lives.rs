//! Nodes that lose their lives, and begin another one with nothing but what they have kept.
use super::{Delivery, Sim};
use crate::{Director, Input, Link, Node, Placed, Rng, Serve};

/// Makes a node anew, as it was placed at the beginning; the number is its place.
pub(super) type Revive<N> = dyn FnMut(usize) -> Placed<N>;

impl<N: Node, S: Serve<N::Ask, N::Answer>> Sim<N, S> {
    /// How nodes are made anew for [`crate::Directive::Revive`].
    pub fn revive_by(&mut self, make: impl FnMut(usize) -> Placed<N> + 'static) {
        self.revive = Some(Box::new(make));
    }

    pub(super) fn kill(&mut self, i: usize, director: &mut dyn Director<N::Command>) {
        let links: Vec<Link> = self.ends.keys().filter(|k| k.0 == i).map(|k| k.1).collect();
        for link in links {
            self.close(i, link, true, director);
        }
        self.endpoints.kill(i);
        self.nodes[i].alive = false;
        self.set_due(i, None);
        // what was under way to it reaches nobody, and what it was told by its store is lost
        self.asked.retain(|(node, _), _| *node != i);
        self.queue
            .retain(|_, (_, d)| !matches!(d, Delivery::Input(node, _) if *node == i));
    }

    /// Another life of a node that was killed.
    pub(super) fn begin_again(&mut self, i: usize, director: &mut dyn Director<N::Command>) {
        let Some(make) = self.revive.as_mut().filter(|_| !self.nodes[i].alive) else {
            return;
        };
        let mut placed = make(i);
        let lives = self.nodes[i].lives.saturating_add(1);
        let rng = Rng::seed(self.options.seed).stream(&format!("life {lives}"));
        let layers = self.options.layers.as_deref();
        self.endpoints.place(i, &placed, layers, &rng);
        let recalled = crate::recall(&mut placed.node, i, &mut self.store);
        let slot = &mut self.nodes[i];
        slot.lives = lives;
        slot.node = placed.node;
        slot.alive = true;
        if recalled.is_err() {
            slot.out.count("store.unreadable");
            return self.kill(i, director);
        }
        self.tap.caused_by(None);
        self.give(i, Input::Start, director);
    }
}
