//! Who sent the request, and is it what they signed?

use std::sync::Arc;

use bytes::Bytes;
use haechi_core::ports::{Credential, CredentialError, Credentials};
use haechi_core::{AccountId, Caller, Clock, Principal, Region, SystemClock};
use haechi_sigv4::{Body, ErrorStyle, Parsed, RequestView, Rules, SigError, SigningKeys};
use haechi_wire::{ApiError, Protocol, ServiceSchema};
use http::request::Parts;

use crate::config::{PipelineConfig, SignaturePolicy};

/// Derived signing keys that are kept: one per access key, day, Region and service in use.
const SIGNING_KEYS: usize = 10_000;

/// Checks signatures.
pub(crate) struct Authenticator {
    credentials: Arc<dyn Credentials>,
    signing_keys: SigningKeys,
    policy: SignaturePolicy,
    default_account: AccountId,
    default_region: Region,
    regions: Vec<Region>,
}

/// A request could not even be asked who signed it.
pub(crate) struct Malformed(SigError);

/// A request's signature, if it has one.
pub(crate) struct Signature<'a>(Option<Parsed<'a>>);

impl Signature<'_> {
    /// The service in the credential scope.
    pub(crate) fn service(&self) -> Option<&str> {
        self.0.as_ref().map(Parsed::service)
    }
}

impl Malformed {
    pub(crate) fn code(&self) -> &'static str {
        self.0.code(ErrorStyle::AwsJson)
    }

    pub(crate) fn into_api(self, schema: Option<&ServiceSchema>) -> ApiError {
        api_error(&self.0, schema.map_or(ErrorStyle::AwsJson, style))
    }
}

impl Authenticator {
    pub(crate) fn new(credentials: Arc<dyn Credentials>, config: &PipelineConfig) -> Self {
        Self {
            credentials,
            signing_keys: SigningKeys::new(SIGNING_KEYS),
            policy: config.signatures,
            default_account: config.default_account.clone(),
            default_region: config.default_region.clone(),
            regions: config.regions.clone(),
        }
    }

    /// Reads the signature's parts.
    pub(crate) fn parse(parts: &Parts) -> Result<Signature<'_>, Malformed> {
        Parsed::from_request(&RequestView::of(parts))
            .map(Signature)
            .map_err(Malformed)
    }

    /// Finds the caller and the Region, or refuses as the service words it.
    pub(crate) async fn authenticate(
        &self,
        signature: &Signature<'_>,
        parts: &Parts,
        body: &Bytes,
        schema: &'static ServiceSchema,
        unsigned_allowed: bool,
    ) -> Result<(Caller, Region), ApiError> {
        let style = style(schema);
        let refuse = |error: &SigError| api_error(error, style);
        let Some(parsed) = &signature.0 else {
            if unsigned_allowed {
                return Ok((
                    Caller::new(Principal::Anonymous, None),
                    self.default_region.clone(),
                ));
            }
            return Err(refuse(&SigError::MissingAuthenticationToken));
        };
        let region = self.region(parsed, schema).map_err(|error| refuse(&error))?;
        if parsed.service() != schema.signing_name {
            return Err(refuse(&SigError::wrong_service(schema.signing_name)));
        }
        let caller = match self.policy {
            SignaturePolicy::AcceptAny => self.unverified_caller(parsed).await?,
            SignaturePolicy::Verify => {
                let credential = self
                    .credential(parsed)
                    .await?
                    .map_err(|error| refuse(&sig_error(error)))?;
                self.verify(parsed, parts, body, &credential, Rules::of(style))
                    .map_err(|error| refuse(&error))?;
                credential.caller.clone()
            }
        };
        Ok((caller, region))
    }

    /// The caller of an operator's request: root of the default account, its signature always checked.
    pub(crate) async fn authenticate_operator(&self, parts: &Parts, body: &Bytes) -> Option<Caller> {
        let signature = Self::parse(parts).ok()?.0?;
        if signature.service() != "haechi" {
            return None;
        }
        let credential = self.credential(&signature).await.ok()?.ok()?;
        let rules = Rules::of(ErrorStyle::AwsJson);
        self.verify(&signature, parts, body, &credential, rules).ok()?;
        let root = Principal::Root {
            account: self.default_account.clone(),
        };
        (credential.caller.principal == root).then(|| credential.caller.clone())
    }

    async fn credential(
        &self,
        parsed: &Parsed<'_>,
    ) -> Result<Result<Arc<Credential>, CredentialError>, ApiError> {
        self.credentials
            .credential(parsed.access_key_id(), parsed.session_token())
            .await
            .map_err(|failure| {
                tracing::error!(error = %failure, "an access key could not be looked up");
                failure.into_api()
            })
    }

    // Signatures carry the client's real time: it is compared with the machine's clock even where the server's own
    // is simulated.
    fn verify(
        &self,
        parsed: &Parsed<'_>,
        parts: &Parts,
        body: &Bytes,
        credential: &Credential,
        rules: Rules,
    ) -> Result<(), SigError> {
        let secret = std::str::from_utf8(&credential.secret).map_err(|_| SigError::UnknownAccessKey)?;
        let key = self.signing_keys.signing_key(parsed, secret);
        let now = SystemClock.now().as_millis();
        haechi_sigv4::verify(
            parsed,
            &RequestView::of(parts),
            Body::Bytes(body),
            &key,
            now,
            rules,
        )
    }

    fn region(&self, parsed: &Parsed<'_>, schema: &ServiceSchema) -> Result<Region, SigError> {
        let region = Region::parse(parsed.region()).map_err(|_| SigError::wrong_region())?;
        // Global Accelerator has one endpoint too, in a Region that need not be served otherwise (us-west-2).
        let everywhere = schema.global || schema.name == "globalaccelerator";
        let served = everywhere || self.regions.is_empty() || self.regions.contains(&region);
        if served {
            Ok(region)
        } else {
            Err(SigError::wrong_region())
        }
    }

    /// `--insecure-accept-any-signature`: a known key stands for its owner, twelve digits for the root of that
    /// account, anything else for the root of the default account.
    async fn unverified_caller(&self, parsed: &Parsed<'_>) -> Result<Caller, ApiError> {
        if let Ok(credential) = self.credential(parsed).await? {
            return Ok(credential.caller.clone());
        }
        let key = parsed.access_key_id();
        let account = AccountId::parse(key).unwrap_or_else(|_| self.default_account.clone());
        Ok(Caller::new(Principal::Root { account }, Some(key.to_owned())))
    }
}

fn sig_error(error: CredentialError) -> SigError {
    match error {
        CredentialError::Expired => SigError::ExpiredToken,
        CredentialError::TokenMismatch => SigError::InvalidToken,
        _ => SigError::UnknownAccessKey,
    }
}

fn api_error(error: &SigError, style: ErrorStyle) -> ApiError {
    ApiError::new(error.code(style), error.http_status(style), error.message(style))
}

fn style(schema: &ServiceSchema) -> ErrorStyle {
    match schema.protocol {
        Protocol::Json | Protocol::Cbor => ErrorStyle::AwsJson,
        Protocol::RestJson => ErrorStyle::RestJson,
        Protocol::Query | Protocol::QueryJson => ErrorStyle::Query,
        Protocol::Ec2 => ErrorStyle::Ec2,
        // CloudFront and its kin word their refusals as the query services do; S3 has words of its own.
        Protocol::RestXml if schema.name == "s3" => ErrorStyle::S3,
        Protocol::RestXml => ErrorStyle::Query,
    }
}
