//! Pure nodes, their timers and links, the virtual network, the capture tap.
