//! What an OpenID Connect ID token must say, and what it says of its bearer.
//!
//! Follows the STS API reference, "AssumeRoleWithWebIdentity", and the IAM user guide, "Available keys for AWS web
//! identity federation" and "Pass session tags in AWS STS".

use haechi_api_sts::error::ErrorCode;
use haechi_core::{Failure, Timestamp};
use serde_json::{Map, Value};

use crate::issuers::Issuers;

/// The claim that carries session tags.
const TAGS_CLAIM: &str = "https://aws.amazon.com/tags";
/// The claim that carries the source identity.
const SOURCE_IDENTITY_CLAIM: &str = "https://aws.amazon.com/source_identity";

/// Why a token opens nothing.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub(crate) enum IdentityTokenError {
    #[error("The ID Token provided is not a valid JWT. (You may see this error if you sent an Access Token)")]
    NotAToken,
    #[error(
        "Couldn't retrieve verification key from your identity provider, \
         please reference AssumeRoleWithWebIdentity documentation for requirements"
    )]
    UnknownKey,
    #[error("The web identity token that was passed could not be validated by AWS.")]
    BadSignature,
    #[error("Missing a required claim: {0}")]
    Missing(&'static str),
    #[error("Incorrect token audience")]
    WrongAudience,
    #[error("No OpenIDConnect provider found in your account for {0}")]
    UnknownIssuer(String),
    #[error("Token is not valid yet: current date/time {now} must not be before {from}")]
    NotYet { now: i64, from: i64 },
    #[error("Token expired: current date/time {now} must be before the expiration date/time {expires}")]
    Expired { now: i64, expires: i64 },
}

impl From<IdentityTokenError> for Failure {
    fn from(error: IdentityTokenError) -> Self {
        let code = match error {
            IdentityTokenError::Expired { .. } => ErrorCode::ExpiredTokenException,
            _ => ErrorCode::InvalidIdentityTokenException,
        };
        code.with(error.to_string()).into()
    }
}

/// A token that its issuer signed, that is current and meant for us.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct IdentityToken {
    /// `iss`
    pub(crate) issuer: String,
    /// `sub`
    pub(crate) subject: String,
    /// The client that the token was made for: `azp`, or else the audience that the account knows.
    pub(crate) audience: String,
    /// `aud`
    pub(crate) audiences: Vec<String>,
    /// `amr`
    pub(crate) methods: Vec<String>,
    /// Session tags.
    pub(crate) tags: Vec<(String, String)>,
    /// Keys of the tags that go on along a chain of roles.
    pub(crate) transitive_tag_keys: Vec<String>,
    /// The source identity.
    pub(crate) source_identity: Option<String>,
}

/// The issuer that a token names, before anything of it is believed.
pub(crate) fn claimed_issuer(token: &str) -> Result<String, IdentityTokenError> {
    let claims: Map<String, Value> =
        jsonwebtoken::dangerous::insecure_decode_claims(token).map_err(|_| IdentityTokenError::NotAToken)?;
    text(&claims, "iss")
}

impl IdentityToken {
    /// Verifies a token of `issuer`; `client_ids` are the audiences that the account takes.
    pub(crate) fn verify(
        issuers: &Issuers,
        issuer: &str,
        token: &str,
        client_ids: &[String],
        now: Timestamp,
    ) -> Result<Self, IdentityTokenError> {
        let claims = issuers.verify(issuer, token)?;
        if text(&claims, "iss")? != issuer {
            return Err(IdentityTokenError::UnknownKey);
        }
        check_times(&claims, now.as_millis() / 1_000)?;
        let audiences = texts(claims.get("aud"));
        if audiences.is_empty() {
            return Err(IdentityTokenError::Missing("aud"));
        }
        let known = |audience: &&String| client_ids.contains(audience);
        let party = claims.get("azp").and_then(Value::as_str).map(str::to_owned);
        let audience = match &party {
            Some(party) => Some(party).filter(known),
            None => audiences.iter().find(known),
        };
        let audience = audience.cloned().ok_or(IdentityTokenError::WrongAudience)?;
        let tags = claims.get(TAGS_CLAIM);
        Ok(Self {
            issuer: issuer.to_owned(),
            subject: text(&claims, "sub")?,
            audience,
            audiences,
            methods: texts(claims.get("amr")),
            tags: principal_tags(tags),
            transitive_tag_keys: texts(tags.and_then(|tags| tags.get("transitive_tag_keys"))),
            source_identity: claims
                .get(SOURCE_IDENTITY_CLAIM)
                .and_then(Value::as_str)
                .map(str::to_owned),
        })
    }

    /// The condition keys that the token gives, such as `accounts.example/tenant:sub`.
    pub(crate) fn condition_keys(&self, provider: &str) -> Vec<(String, Vec<String>)> {
        let mut keys = vec![
            (format!("{provider}:sub"), vec![self.subject.clone()]),
            (format!("{provider}:aud"), vec![self.audience.clone()]),
            (format!("{provider}:oaud"), self.audiences.clone()),
        ];
        if !self.methods.is_empty() {
            keys.push((format!("{provider}:amr"), self.methods.clone()));
        }
        keys
    }
}

fn check_times(claims: &Map<String, Value>, now: i64) -> Result<(), IdentityTokenError> {
    let expires = instant(claims, "exp").ok_or(IdentityTokenError::Missing("exp"))?;
    instant(claims, "iat").ok_or(IdentityTokenError::Missing("iat"))?;
    if now >= expires {
        return Err(IdentityTokenError::Expired { now, expires });
    }
    match instant(claims, "nbf") {
        Some(from) if now < from => Err(IdentityTokenError::NotYet { now, from }),
        _ => Ok(()),
    }
}

/// Seconds since the epoch; a fraction is cut off.
#[allow(clippy::cast_possible_truncation)] // A cast from a float saturates, and such an instant is never now.
fn instant(claims: &Map<String, Value>, name: &str) -> Option<i64> {
    let value = claims.get(name)?;
    value
        .as_i64()
        .or_else(|| value.as_f64().map(|seconds| seconds as i64))
}

fn text(claims: &Map<String, Value>, name: &'static str) -> Result<String, IdentityTokenError> {
    match claims.get(name).and_then(Value::as_str) {
        Some(text) if !text.is_empty() => Ok(text.to_owned()),
        _ => Err(IdentityTokenError::Missing(name)),
    }
}

/// A claim that is a string or a list of strings.
fn texts(value: Option<&Value>) -> Vec<String> {
    match value {
        Some(Value::String(one)) => vec![one.clone()],
        Some(Value::Array(many)) => many.iter().filter_map(Value::as_str).map(str::to_owned).collect(),
        _ => Vec::new(),
    }
}

/// `{"principal_tags": {"Project": ["Automation"]}}`: each tag has one value.
fn principal_tags(tags: Option<&Value>) -> Vec<(String, String)> {
    let named = tags
        .and_then(|tags| tags.get("principal_tags"))
        .and_then(Value::as_object);
    named
        .into_iter()
        .flatten()
        .filter_map(|(key, value)| Some((key.clone(), texts(Some(value)).into_iter().next()?)))
        .collect()
}

#[cfg(test)]
mod tests {
    use jsonwebtoken::{Algorithm, EncodingKey, Header};
    use serde_json::json;

    use super::*;

    const ISSUER: &str = "https://issuer.example/tenant";
    const NOW: i64 = 1_700_000_000;

    /// A P-256 key in PKCS#8, made for these tests, and its public half as a key set.
    const KEY: &str = include_str!("../tests/data/issuer-p256.pkcs8.base64");
    const JWKS: &str = include_str!("../tests/data/issuer-jwks.json");

    fn issuers() -> Issuers {
        let mut issuers = Issuers::default();
        issuers.add(ISSUER, JWKS).unwrap();
        issuers
    }

    fn claims() -> Value {
        json!({"iss": ISSUER, "sub": "alice", "aud": "app", "iat": NOW - 10, "exp": NOW + 600})
    }

    fn header(kid: &str) -> Header {
        Header {
            kid: Some(kid.into()),
            ..Header::new(Algorithm::ES256)
        }
    }

    fn signed(header: &Header, claims: &Value) -> String {
        use base64::Engine as _;
        let key = base64::engine::general_purpose::STANDARD
            .decode(KEY.trim())
            .unwrap();
        jsonwebtoken::encode(header, claims, &EncodingKey::from_ec_der(&key)).unwrap()
    }

    fn verify(token: &str) -> Result<IdentityToken, IdentityTokenError> {
        let clients = ["app".to_owned()];
        IdentityToken::verify(&issuers(), ISSUER, token, &clients, Timestamp::from_seconds(NOW))
    }

    fn with(name: &str, value: Value) -> Result<IdentityToken, IdentityTokenError> {
        let mut claims = claims();
        claims[name] = value;
        verify(&signed(&header("k1"), &claims))
    }

    #[test]
    fn a_current_token_of_the_issuer_for_a_known_client_says_who_bears_it() {
        let token = with("amr", json!(["mfa", "pwd"])).unwrap();
        assert_eq!(
            (token.subject.as_str(), token.audience.as_str()),
            ("alice", "app")
        );
        let keys = token.condition_keys("issuer.example/tenant");
        assert!(keys.contains(&("issuer.example/tenant:sub".into(), vec!["alice".into()])));
        assert!(keys.contains(&(
            "issuer.example/tenant:amr".into(),
            vec!["mfa".into(), "pwd".into()]
        )));
    }

    #[test]
    fn a_changed_token_or_one_of_an_unknown_key_is_not_believed() {
        let token = signed(&header("k1"), &claims());
        let (head, rest) = token.split_once('.').unwrap();
        let (_, signature) = rest.split_once('.').unwrap();
        let other = signed(&header("k1"), &json!({"iss": ISSUER, "sub": "mallory"}));
        let body = other.split('.').nth(1).unwrap();
        assert_eq!(
            verify(&format!("{head}.{body}.{signature}")),
            Err(IdentityTokenError::BadSignature)
        );
        assert_eq!(
            verify(&format!("{head}.{body}.")),
            Err(IdentityTokenError::BadSignature)
        );
        assert_eq!(
            verify(&format!("{head}.{body}")),
            Err(IdentityTokenError::NotAToken)
        );
        let strange = signed(&header("../../k1"), &claims());
        assert_eq!(verify(&strange), Err(IdentityTokenError::UnknownKey));
    }

    #[test]
    fn a_public_key_is_no_hmac_secret() {
        let head = Header {
            kid: Some("k1".into()),
            ..Header::new(Algorithm::HS256)
        };
        let token =
            jsonwebtoken::encode(&head, &claims(), &EncodingKey::from_secret(JWKS.as_bytes())).unwrap();
        assert_eq!(verify(&token), Err(IdentityTokenError::UnknownKey));
    }

    #[test]
    fn an_extension_that_must_be_understood_is_refused() {
        let head = Header {
            crit: Some(vec!["exp".into()]),
            ..header("k1")
        };
        assert_eq!(
            verify(&signed(&head, &claims())),
            Err(IdentityTokenError::NotAToken)
        );
    }

    #[test]
    fn times_are_kept() {
        let expired = Err(IdentityTokenError::Expired {
            now: NOW,
            expires: NOW,
        });
        assert_eq!(with("exp", json!(NOW)), expired);
        assert_eq!(with("exp", Value::Null), Err(IdentityTokenError::Missing("exp")));
        let early = Err(IdentityTokenError::NotYet {
            now: NOW,
            from: NOW + 1,
        });
        assert_eq!(with("nbf", json!(NOW + 1)), early);
        assert!(with("nbf", json!(NOW)).is_ok());
    }

    #[test]
    fn the_authorized_party_counts_before_the_audience() {
        assert_eq!(
            with("aud", json!("other")),
            Err(IdentityTokenError::WrongAudience)
        );
        assert_eq!(with("aud", json!(["other", "app"])).unwrap().audience, "app");
        assert_eq!(
            with("azp", json!("other")),
            Err(IdentityTokenError::WrongAudience)
        );
        assert_eq!(with("aud", json!([])), Err(IdentityTokenError::Missing("aud")));
    }

    #[test]
    fn tags_of_the_session_come_from_their_claim() {
        let tags = json!({"principal_tags": {"team": ["red"]}, "transitive_tag_keys": ["team"]});
        let token = with(TAGS_CLAIM, tags).unwrap();
        assert_eq!(token.tags, vec![("team".to_owned(), "red".to_owned())]);
        assert_eq!(token.transitive_tag_keys, vec!["team".to_owned()]);
    }
}
