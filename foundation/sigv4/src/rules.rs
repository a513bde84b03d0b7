//! What differs from service to service.

use crate::ErrorStyle;

/// The two ways in which AWS canonicalises a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Every service but S3: the path is normalized and encoded once more, the payload hash is always that of
    /// the body.
    Standard,
    /// S3 and what shares its signing: the path is taken as it is, `UNSIGNED-PAYLOAD` is allowed.
    S3,
}

/// Whether a refusal tells what should have been signed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Explain {
    /// Only that the signature does not match.
    No,
    /// With the canonical request and the string to sign, as some AWS services append them. It holds nothing
    /// that the caller did not send.
    CanonicalRequest,
}

/// How one service judges signatures.
#[derive(Clone, Copy, Debug)]
pub struct Rules {
    /// The canonical form.
    pub kind: Kind,
    /// How far the clocks of caller and server may lie apart, in seconds.
    pub skew_seconds: u32,
    /// How much a refusal says.
    pub explain: Explain,
}

impl Rules {
    /// What services of this style do as observed: the JSON services (KMS among them) give 5 minutes, the
    /// query services (IAM, STS, EC2) and S3 give 15.
    pub fn of(style: ErrorStyle) -> Self {
        let minutes = match style {
            ErrorStyle::AwsJson | ErrorStyle::RestJson => 5,
            ErrorStyle::Query | ErrorStyle::Ec2 | ErrorStyle::S3 => 15,
        };
        let kind = if style == ErrorStyle::S3 {
            Kind::S3
        } else {
            Kind::Standard
        };
        Self {
            kind,
            skew_seconds: minutes * 60,
            explain: Explain::No,
        }
    }
}
