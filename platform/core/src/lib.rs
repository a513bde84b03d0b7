//! What every service shares: call, principal, ARN, clock, random, ports, the authorization gate.
