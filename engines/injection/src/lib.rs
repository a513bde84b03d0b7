//! SQL-injection and cross-site-scripting detection over bytes.
//!
//! Both detectors follow the design of libinjection (see `NOTICE`): they do not search for known attacks but
//! read the input as the interpreter would read it, from every place in which it could have been put.
//! [`sqli`] turns the input into at most five folded SQL tokens and looks that *fingerprint* up;
//! [`xss`] runs an HTML tokenizer and looks for what can execute a script.
//!
//! No input panics, allocates before a match, or costs more than time linear in its length.

mod sensitivity;
pub mod sqli;
pub mod xss;

pub use sensitivity::Sensitivity;
