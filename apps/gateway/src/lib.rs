//! The HTTP data plane: carries web traffic and evaluates web ACLs on it.
