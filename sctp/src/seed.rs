//! What dcsctp draws: tags, initial TSNs and tie tags come from the thread's `fastrand`.
//!
//! That is no cryptographic generator, and other endpoints on the thread draw from it too. So it is
//! seeded from the endpoint's own stream before each call that may draw: tags of one endpoint tell
//! nothing of the next ones, and a run in virtual time is decided by its seed.
use engine::Rng;

/// Seeds it anew.
pub(crate) fn seed(rng: &mut Rng) {
    fastrand::seed(rng.u64());
}
