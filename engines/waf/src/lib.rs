//! Web ACLs: compile AWS's JSON to a plan, evaluate requests against it.
