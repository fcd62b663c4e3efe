//! Stores behind the nodes' questions.
