//! Generated: AWS's API model of kms.
