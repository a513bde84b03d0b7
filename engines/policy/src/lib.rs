//! The IAM policy language and its evaluation.
