//! A run until the load is done, and what it measured.
use engine::{Directive, Director, Event, Now, Serve, tap::Record};
use std::{
    convert::Infallible,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

/// Answers that come before anything is measured.
pub const WARM: usize = 500;
/// How long is measured.
pub const TIME: Duration = Duration::from_secs(3);

/// Answers, and how long they took.
#[derive(Default, Debug)]
pub struct Measured {
    pub answers: usize,
    pub refused: usize,
    pub took: Duration,
}

impl Measured {
    pub fn rate(&self) -> f64 {
        self.answers as f64 / self.took.as_secs_f64()
    }
}

/// Ends a run when it is told to, or when an event says so.
pub struct Until {
    pub stop: Arc<AtomicBool>,
    pub now: Now,
}

impl<C> Director<C> for Until {
    fn packet(&mut self, _: &Record<'_>) {}

    fn event(&mut self, _: Now, _: usize, e: &Event) {
        if e.name == "load.done" {
            self.stop.store(true, Ordering::Relaxed);
        }
    }

    fn next(&mut self, now: Now) -> Directive<C> {
        self.now = now;
        match self.stop.load(Ordering::Relaxed) {
            true => Directive::Stop,
            false => Directive::Wait,
        }
    }

    fn due(&self) -> Option<engine::Time> {
        Some(self.now.mono + Duration::from_millis(50))
    }
}

/// A store of whoever asks nothing.
pub struct Nothing;

impl Serve<Infallible, Infallible> for Nothing {
    fn submit(&mut self, _: &mut dyn Iterator<Item = (usize, engine::AskId, Infallible)>) {}

    fn ready(&mut self) -> Option<(usize, engine::AskId, Infallible)> {
        None
    }
}
