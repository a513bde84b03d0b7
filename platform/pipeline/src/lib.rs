//! The path of a request: listeners, routing, signature, dispatch, audit.
