//! What the provisioning legs say: JSON bodies, OMA-DM, MCIM, token, certificates.
