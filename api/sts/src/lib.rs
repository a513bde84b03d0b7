//! Generated: AWS's API model of sts.
