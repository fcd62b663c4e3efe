//! The Gb interface: NS, BSSGP, LLC, SNDCP, GMM, SM.
