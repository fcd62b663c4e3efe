//! Authentication and key agreement: MILENAGE, TUAK, XOR, AUTN, AUTS, SQN schemes.
