//! What Diameter peers do with messages.
