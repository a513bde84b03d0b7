//! Codes, statuses and texts of refusals, as each family of AWS services words them.
//!
//! Sources: the "Common errors" page of the services' API references; S3's "Error responses" and EC2's "Error
//! codes" pages; texts of live answers quoted in public issue threads of the AWS SDKs. The two JSON families
//! use the same codes, but the older one answers 400 to all of them.

use crate::SigError;

/// The family of a service's error answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ErrorStyle {
    /// awsJson 1.0 and 1.1 (KMS, CloudTrail, Secrets Manager …).
    AwsJson,
    /// restJson1 (Lambda, GuardDuty, Security Hub …).
    RestJson,
    /// AWS query (IAM, STS, CloudFormation …).
    Query,
    /// EC2 query.
    Ec2,
    /// restXml as S3 speaks it.
    S3,
}

const MISMATCH: &str = "The request signature we calculated does not match the signature you provided. Check your \
     AWS Secret Access Key and signing method. Consult the service documentation for details.";
const NOT_VALIDATED: &str = "AWS was not able to validate the provided access credentials";
const TWO_SIGNATURES: &str = "Only one auth mechanism allowed; only the X-Amz-Algorithm query parameter, Signature \
     query string parameter or the Authorization header should be specified";

impl SigError {
    /// The error code, without namespace.
    pub fn code(&self, style: ErrorStyle) -> &'static str {
        match style {
            ErrorStyle::AwsJson | ErrorStyle::RestJson => self.json_code(),
            ErrorStyle::Query => self.query_code(),
            ErrorStyle::Ec2 => self.ec2_code(),
            ErrorStyle::S3 => self.s3_code(),
        }
    }

    fn json_code(&self) -> &'static str {
        match self {
            Self::MissingAuthenticationToken => "MissingAuthenticationTokenException",
            Self::Incomplete(_) | Self::TwoSignatures => "IncompleteSignatureException",
            Self::UnknownAccessKey | Self::InvalidToken => "UnrecognizedClientException",
            Self::ExpiredToken => "ExpiredTokenException",
            _ => "InvalidSignatureException",
        }
    }

    fn query_code(&self) -> &'static str {
        match self {
            Self::MissingAuthenticationToken => "MissingAuthenticationToken",
            Self::Incomplete(_) | Self::TwoSignatures => "IncompleteSignature",
            Self::UnknownAccessKey | Self::InvalidToken => "InvalidClientTokenId",
            Self::ExpiredToken => "ExpiredToken",
            Self::UrlExpired => "RequestExpired",
            _ => "SignatureDoesNotMatch",
        }
    }

    fn ec2_code(&self) -> &'static str {
        match self {
            Self::ExpiredToken | Self::Expired(_) | Self::UrlExpired => "RequestExpired",
            Self::Incomplete(_) | Self::TwoSignatures => "IncompleteSignature",
            _ => "AuthFailure",
        }
    }

    fn s3_code(&self) -> &'static str {
        match self {
            Self::MissingAuthenticationToken | Self::UnsignedHeader(_) | Self::UrlExpired => "AccessDenied",
            Self::Incomplete(_) | Self::Scope(_) => "AuthorizationHeaderMalformed",
            Self::TwoSignatures => "InvalidArgument",
            Self::UnknownAccessKey => "InvalidAccessKeyId",
            Self::InvalidToken => "InvalidToken",
            Self::ExpiredToken => "ExpiredToken",
            Self::Expired(_) | Self::NotYetCurrent(_) => "RequestTimeTooSkewed",
            Self::PayloadHashMismatch => "XAmzContentSHA256Mismatch",
            Self::PayloadHashMissing => "InvalidRequest",
            Self::ChunkedPayload => "NotImplemented",
            Self::Mismatch { .. } => "SignatureDoesNotMatch",
        }
    }

    /// The HTTP status.
    pub fn http_status(&self, style: ErrorStyle) -> u16 {
        match (style, self) {
            (ErrorStyle::AwsJson, _) => 400,
            (ErrorStyle::RestJson, _) => 403,
            (ErrorStyle::Query, Self::Incomplete(_) | Self::TwoSignatures | Self::UrlExpired) => 400,
            (ErrorStyle::Query, _) => 403,
            (
                ErrorStyle::Ec2,
                Self::Incomplete(_)
                | Self::TwoSignatures
                | Self::ExpiredToken
                | Self::Expired(_)
                | Self::UrlExpired,
            ) => 400,
            (ErrorStyle::Ec2, _) => 401,
            (ErrorStyle::S3, Self::ChunkedPayload) => 501,
            (
                ErrorStyle::S3,
                Self::Incomplete(_)
                | Self::Scope(_)
                | Self::TwoSignatures
                | Self::InvalidToken
                | Self::ExpiredToken
                | Self::PayloadHashMismatch
                | Self::PayloadHashMissing,
            ) => 400,
            (ErrorStyle::S3, _) => 403,
        }
    }

    /// The text that the client reads.
    pub fn message(&self, style: ErrorStyle) -> String {
        match style {
            ErrorStyle::S3 => self.s3_message(),
            ErrorStyle::Ec2 => match self {
                Self::ExpiredToken | Self::Expired(_) | Self::UrlExpired => "Request has expired.".to_owned(),
                Self::Incomplete(_) | Self::TwoSignatures => self.standard_message(style),
                _ => NOT_VALIDATED.to_owned(),
            },
            _ => self.standard_message(style),
        }
    }

    fn standard_message(&self, style: ErrorStyle) -> String {
        match self {
            Self::MissingAuthenticationToken if style == ErrorStyle::Query => {
                "Request is missing Authentication Token".to_owned()
            }
            Self::MissingAuthenticationToken => "Missing Authentication Token".to_owned(),
            Self::Incomplete(text) | Self::Scope(text) | Self::Expired(text) | Self::NotYetCurrent(text) => {
                text.clone()
            }
            Self::TwoSignatures => TWO_SIGNATURES.to_owned(),
            Self::UnknownAccessKey | Self::InvalidToken => {
                "The security token included in the request is invalid.".to_owned()
            }
            Self::ExpiredToken => "The security token included in the request is expired".to_owned(),
            Self::UnsignedHeader(name) => {
                format!("{name} must be a 'SignedHeader' in the AWS Authorization.")
            }
            Self::UrlExpired => "Request has expired.".to_owned(),
            Self::Mismatch {
                explanation: Some(text),
            } => format!("{MISMATCH}\n\n{text}"),
            Self::Mismatch { explanation: None }
            | Self::PayloadHashMismatch
            | Self::PayloadHashMissing
            | Self::ChunkedPayload => MISMATCH.to_owned(),
        }
    }

    fn s3_message(&self) -> String {
        match self {
            Self::MissingAuthenticationToken => "Access Denied",
            Self::Incomplete(text) | Self::Scope(text) => {
                return format!("The authorization header is malformed; {text}");
            }
            Self::TwoSignatures => TWO_SIGNATURES,
            Self::UnknownAccessKey => "The AWS Access Key Id you provided does not exist in our records.",
            Self::InvalidToken => "The provided token is malformed or otherwise invalid.",
            Self::ExpiredToken => "The provided token has expired.",
            Self::UnsignedHeader(_) => "There were headers present in the request which were not signed",
            Self::Expired(_) | Self::NotYetCurrent(_) => {
                "The difference between the request time and the current time is too large."
            }
            Self::UrlExpired => "Request has expired",
            Self::Mismatch { .. } => {
                "The request signature we calculated does not match the signature you provided. Check your key and \
                 signing method."
            }
            Self::PayloadHashMismatch => {
                "The provided 'x-amz-content-sha256' header does not match what was computed."
            }
            Self::PayloadHashMissing => "Missing required header for this request: x-amz-content-sha256",
            Self::ChunkedPayload => "A header you provided implies functionality that is not implemented",
        }
        .to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn json_and_query_services_name_the_same_refusal_differently() {
        let cases = [
            (
                SigError::MissingAuthenticationToken,
                "MissingAuthenticationTokenException",
                "MissingAuthenticationToken",
            ),
            (
                SigError::Incomplete(String::new()),
                "IncompleteSignatureException",
                "IncompleteSignature",
            ),
            (
                SigError::UnknownAccessKey,
                "UnrecognizedClientException",
                "InvalidClientTokenId",
            ),
            (
                SigError::InvalidToken,
                "UnrecognizedClientException",
                "InvalidClientTokenId",
            ),
            (SigError::ExpiredToken, "ExpiredTokenException", "ExpiredToken"),
            (
                SigError::MISMATCH,
                "InvalidSignatureException",
                "SignatureDoesNotMatch",
            ),
            (
                SigError::Expired(String::new()),
                "InvalidSignatureException",
                "SignatureDoesNotMatch",
            ),
            (
                SigError::wrong_region(),
                "InvalidSignatureException",
                "SignatureDoesNotMatch",
            ),
        ];
        for (error, json, query) in cases {
            assert_eq!(error.code(ErrorStyle::AwsJson), json);
            assert_eq!(error.code(ErrorStyle::Query), query);
        }
    }

    #[test]
    fn json_services_answer_400_where_rest_and_query_services_answer_403() {
        let error = SigError::MISMATCH;
        let statuses = [
            ErrorStyle::AwsJson,
            ErrorStyle::RestJson,
            ErrorStyle::Query,
            ErrorStyle::S3,
            ErrorStyle::Ec2,
        ]
        .map(|style| error.http_status(style));
        assert_eq!(statuses, [400, 403, 403, 403, 401]);
    }

    #[test]
    fn an_explained_mismatch_carries_the_canonical_request_after_the_usual_text() {
        let error = SigError::Mismatch {
            explanation: Some("The Canonical String".into()),
        };
        let text = error.message(ErrorStyle::AwsJson);
        assert!(
            text.ends_with("Consult the service documentation for details.\n\nThe Canonical String"),
            "{text}"
        );
        assert!(!error.message(ErrorStyle::Ec2).contains("Canonical"));
    }
}
