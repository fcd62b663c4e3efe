//! What the ends of a connection do with messages.
