//! Octets to values and back: reader, errors, element tables, shared value types, IP headers.
