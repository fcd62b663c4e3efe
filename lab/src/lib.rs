//! The program `fosterling`: scenarios, topology, commands, labels.
