//! Keys, envelopes, signatures: everything that touches key material.
