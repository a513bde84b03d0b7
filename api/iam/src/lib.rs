//! Generated: AWS's API model of iam.
