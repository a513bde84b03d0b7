//! Tokens that say when a client solved a challenge or a puzzle, and for which domain.
//!
//! A token is text, `1.<captcha>.<challenge>.<domain>.<tag>`: seconds of Unix time in decimal (0 for never), the
//! domain in Base64, and HMAC-SHA-256 over all before it. There is nothing secret in it; it only can't be made by
//! others. It is bound to a domain, not to an address: people's addresses change.

use aws_lc_rs::hmac::{self, HMAC_SHA256};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use haechi_waf::request::HttpRequest;
use haechi_waf::verdict::TokenState;

/// The cookie that carries the token, as AWS names it.
pub const TOKEN_COOKIE: &str = "aws-waf-token";

/// The longest token: a domain name in Base64, two times and a tag.
const LONGEST: usize = 512;

/// Makes and checks tokens of one web ACL.
pub(super) struct Tokens {
    key: hmac::Key,
    domains: Vec<String>,
}

/// What a token says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Token {
    pub(super) captcha_solved: Option<u64>,
    pub(super) challenge_solved: Option<u64>,
    pub(super) domain: String,
}

impl Tokens {
    pub(super) fn new(key: &[u8], domains: Vec<String>) -> Self {
        Self {
            key: hmac::Key::new(HMAC_SHA256, key),
            domains: domains
                .into_iter()
                .map(|domain| domain.to_ascii_lowercase())
                .collect(),
        }
    }

    /// The domain that a token for `host` gets: the longest of the web ACL's token domains that it is under, else
    /// the host itself.
    pub(super) fn domain_of<'a>(&'a self, host: &'a str) -> &'a str {
        self.domains
            .iter()
            .filter(|domain| is_under(host, domain))
            .max_by_key(|domain| domain.len())
            .map_or(host, |domain| domain)
    }

    /// The token as text.
    pub(super) fn seal(&self, token: &Token) -> String {
        let mut text = format!(
            "1.{}.{}.{}",
            token.captcha_solved.unwrap_or(0),
            token.challenge_solved.unwrap_or(0),
            URL_SAFE_NO_PAD.encode(&token.domain)
        );
        let tag = self.tag("token", text.as_bytes());
        text.push('.');
        URL_SAFE_NO_PAD.encode_string(tag, &mut text);
        text
    }

    /// The token that was sealed as `text`.
    pub(super) fn open(&self, text: &[u8]) -> Option<Token> {
        if text.len() > LONGEST {
            return None;
        }
        let text = std::str::from_utf8(text).ok()?;
        let (signed, tag) = text.rsplit_once('.')?;
        let tag = URL_SAFE_NO_PAD.decode(tag).ok()?;
        self.verify("token", signed.as_bytes(), &tag).then_some(())?;
        let mut parts = signed.split('.');
        let (version, captcha, challenge, domain) =
            (parts.next()?, parts.next()?, parts.next()?, parts.next()?);
        let time = |text: &str| text.parse::<u64>().ok().filter(|seconds| *seconds > 0);
        (version == "1").then_some(())?;
        Some(Token {
            captcha_solved: time(captcha),
            challenge_solved: time(challenge),
            domain: String::from_utf8(URL_SAFE_NO_PAD.decode(domain).ok()?).ok()?,
        })
    }

    /// What the request's token says to the rules.
    pub(super) fn state(&self, request: &HttpRequest<'_>, host: &str) -> TokenState {
        let Some(text) = cookie(request) else {
            return TokenState::Absent;
        };
        match self.open(text) {
            None => TokenState::Invalid,
            // A token of another of the web ACL's domains is as good.
            Some(token) if token.domain != self.domain_of(host) && !self.domains.contains(&token.domain) => {
                TokenState::DomainMismatch
            }
            Some(token) => TokenState::Valid {
                captcha_solved: token.captcha_solved,
                challenge_solved: token.challenge_solved,
            },
        }
    }

    /// A tag over `message` that is good for `purpose` only.
    pub(super) fn tag(&self, purpose: &str, message: &[u8]) -> hmac::Tag {
        let mut context = hmac::Context::with_key(&self.key);
        context.update(purpose.as_bytes());
        context.update(&[0]);
        context.update(message);
        context.sign()
    }

    /// Whether `tag` is over `message`, in constant time.
    pub(super) fn verify(&self, purpose: &str, message: &[u8], tag: &[u8]) -> bool {
        let mut bound = Vec::with_capacity(purpose.len() + 1 + message.len());
        bound.extend_from_slice(purpose.as_bytes());
        bound.push(0);
        bound.extend_from_slice(message);
        hmac::verify(&self.key, &bound, tag).is_ok()
    }
}

/// Whether `host` is `domain` or below it.
fn is_under(host: &str, domain: &str) -> bool {
    host.strip_suffix(domain)
        .is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
}

/// The value of the token's cookie.
pub(super) fn cookie<'a>(request: &HttpRequest<'a>) -> Option<&'a [u8]> {
    request
        .headers
        .iter()
        .filter(|(name, _)| name.eq_ignore_ascii_case(b"cookie"))
        .find_map(|(_, value)| {
            let at = memchr::memmem::find(value, TOKEN_COOKIE.as_bytes())?;
            let starts = value[..at].trim_ascii_end();
            if !starts.is_empty() && !starts.ends_with(b";") {
                return None;
            }
            let rest = value[at + TOKEN_COOKIE.len()..].strip_prefix(b"=")?;
            let end = memchr::memchr(b';', rest).unwrap_or(rest.len());
            Some(rest[..end].trim_ascii())
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tokens() -> Tokens {
        Tokens::new(&[7; 32], vec!["example.com".to_owned()])
    }

    fn token(domain: &str) -> Token {
        Token {
            captcha_solved: None,
            challenge_solved: Some(1_000),
            domain: domain.to_owned(),
        }
    }

    fn state(cookie: &str, host: &str) -> TokenState {
        let headers = [(&b"Cookie"[..], cookie.as_bytes())];
        let address = "192.0.2.1".parse().expect("an address");
        let request = HttpRequest::new(b"GET", b"/", address).with_headers(&headers);
        tokens().state(&request, host)
    }

    #[test]
    fn a_token_is_good_on_its_domain_and_below_only() {
        let good = TokenState::Valid {
            captcha_solved: None,
            challenge_solved: Some(1_000),
        };
        let cookie = format!("a=b; aws-waf-token={}; c=d", tokens().seal(&token("example.com")));
        assert_eq!(state(&cookie, "example.com"), good);
        assert_eq!(state(&cookie, "shop.example.com"), good);
        let other = format!("aws-waf-token={}", tokens().seal(&token("other.test")));
        assert_eq!(state(&other, "other.test"), good);
        assert_eq!(state(&other, "example.com"), TokenState::DomainMismatch);
        assert_eq!(state("x-aws-waf-token=1", "example.com"), TokenState::Absent);
    }

    #[test]
    fn a_changed_token_is_invalid() {
        let text = tokens().seal(&token("example.com"));
        for changed in [
            text.replacen("1000", "2000", 1),
            text[..text.len() - 1].to_owned(),
            Tokens::new(&[8; 32], Vec::new()).seal(&token("example.com")),
            String::new(),
        ] {
            let cookie = format!("aws-waf-token={changed}");
            assert_eq!(state(&cookie, "example.com"), TokenState::Invalid, "{changed}");
        }
    }
}
