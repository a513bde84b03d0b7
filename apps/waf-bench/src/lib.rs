//! The test bench for web ACLs: recorded traffic in, verdicts out.
