//! Generated: AWS's API model of pricing.
