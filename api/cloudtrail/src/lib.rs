//! Generated: AWS's API model of cloudtrail.
