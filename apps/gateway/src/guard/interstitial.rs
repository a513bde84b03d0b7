//! Pages that ask a client for proof, and what takes the proof and gives a token.
//!
//! A challenge is a search for a number whose SHA-256 begins with zeros: nothing for one browser, something for a
//! thousand requests a second. A puzzle is a picture that a person reads. Either is sealed: its id, its end and, of a
//! puzzle, the answer are under a tag of the web ACL's key together with host and address of the client, so that
//! nothing need be remembered but which were used.

use std::collections::HashMap;

use aws_lc_rs::digest::{SHA256, digest};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use bytes::Bytes;
use http::header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY, LOCATION, SET_COOKIE};
use http::{HeaderValue, StatusCode};
use parking_lot::Mutex;

use super::Visit;
use super::answer::Answer;
use super::puzzle::{Dice, Puzzle, normal};
use super::token::{TOKEN_COOKIE, Token, Tokens, cookie};

/// Where proofs are sent; nothing behind the gateway is reached under it while a web ACL guards it.
pub const RESERVED_PATH: &str = "/.haechi/waf/";

/// Zero bits that the digest begins with; some ten thousand tries.
const DIFFICULTY: u32 = 15;
/// Seconds in which a proof must come.
const LIFE: u64 = 300;
/// Days a browser keeps the token; rules say how long it counts.
const COOKIE_LIFE: u64 = 4 * 86_400;
/// Proofs that are remembered as used.
const MOST_USED: usize = 100_000;

/// Which proofs were used, until they would have ended anyway.
#[derive(Default)]
pub(super) struct Used(Mutex<HashMap<[u8; 16], u64>>);

impl Used {
    /// Whether this is the first use.
    fn first(&self, id: [u8; 16], ends: u64, now: u64) -> bool {
        let mut used = self.0.lock();
        if used.len() >= MOST_USED {
            used.retain(|_, ends| *ends > now);
            if used.len() >= MOST_USED {
                used.clear();
            }
        }
        used.insert(id, ends).is_none()
    }
}

/// What is asked of the client.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Proof {
    Challenge,
    Puzzle,
}

/// The answer to a request that needs a token: a page where the client shows pages.
pub(super) fn ask(proof: Proof, tokens: &Tokens, visit: &Visit<'_>) -> Answer {
    let shows_pages = visit.request.method == b"GET" && visit.request.accepts_html();
    let target = match visit.request.query {
        Some(query) => [visit.request.path, b"?", query].concat(),
        None => visit.request.path.to_vec(),
    };
    let target = String::from_utf8_lossy(&target).into_owned();
    match (proof, shows_pages) {
        (Proof::Challenge, true) => challenge_page(tokens, visit),
        (Proof::Puzzle, true) => puzzle_page(tokens, visit, &target, false),
        (Proof::Challenge, false) => Answer::asking(StatusCode::ACCEPTED, "challenge", Bytes::new()),
        (Proof::Puzzle, false) => Answer::asking(StatusCode::METHOD_NOT_ALLOWED, "captcha", Bytes::new()),
    }
}

/// Takes what a page sent.
pub(super) fn take(tokens: &Tokens, used: &Used, visit: &Visit<'_>) -> Answer {
    let form = Form::read(visit.request.body);
    let name = visit
        .request
        .path
        .strip_prefix(RESERVED_PATH.as_bytes())
        .unwrap_or_default();
    match (visit.request.method, name) {
        (b"POST", b"challenge") => {
            let solved = Sealed::open(&form.sealed, "challenge", "", tokens, visit)
                .filter(|sealed| works(&sealed.id, &form.answer))
                .filter(|sealed| used.first(sealed.id, sealed.ends, visit.now / 1_000));
            match solved {
                None => Answer::new(StatusCode::FORBIDDEN, "text/plain", "The proof is not good."),
                Some(_) => Answer::new(StatusCode::OK, "text/plain", "")
                    .with(SET_COOKIE, new_cookie(Proof::Challenge, tokens, visit)),
            }
        }
        (b"POST", b"captcha") => {
            let answer = normal(&form.answer);
            let ids = Sealed::id_of(&form.sealed);
            // Used up whether it was right or not: there is one try per picture.
            let fresh = ids.is_some_and(|(id, ends)| used.first(id, ends, visit.now / 1_000));
            let solved = Sealed::open(&form.sealed, "puzzle", &answer, tokens, visit).filter(|_| fresh);
            match solved {
                None => puzzle_page(tokens, visit, &form.back, true),
                Some(_) => Answer::new(StatusCode::SEE_OTHER, "text/plain", "")
                    .with(SET_COOKIE, new_cookie(Proof::Puzzle, tokens, visit))
                    .with(
                        LOCATION,
                        HeaderValue::try_from(form.back).unwrap_or_else(|_| HeaderValue::from_static("/")),
                    ),
            }
        }
        _ => Answer::plain(StatusCode::NOT_FOUND),
    }
}

/// A proof's id and end, under a tag.
struct Sealed {
    id: [u8; 16],
    ends: u64,
}

impl Sealed {
    fn make(purpose: &str, answer: &str, tokens: &Tokens, visit: &Visit<'_>) -> ([u8; 16], String) {
        let mut id = [0; 16];
        // Should the system have no randomness, nobody is let in: the id stays zero and is good for one use.
        let _ = aws_lc_rs::rand::fill(&mut id);
        let text = format!("{}.{}", hex::encode(id), visit.now / 1_000 + LIFE);
        let tag = tokens.tag(purpose, &bound(&text, answer, visit));
        let sealed = format!("{text}.{}", URL_SAFE_NO_PAD.encode(tag));
        (id, sealed)
    }

    fn open(text: &str, purpose: &str, answer: &str, tokens: &Tokens, visit: &Visit<'_>) -> Option<Self> {
        let (id, ends) = Self::id_of(text)?;
        let (signed, tag) = text.rsplit_once('.')?;
        let tag = URL_SAFE_NO_PAD.decode(tag).ok()?;
        let sound = tokens.verify(purpose, &bound(signed, answer, visit), &tag);
        (sound && visit.now / 1_000 <= ends).then_some(Self { id, ends })
    }

    /// What it says, whether it is true or not.
    fn id_of(text: &str) -> Option<([u8; 16], u64)> {
        let mut parts = text.split('.');
        let id = hex::decode(parts.next()?).ok()?.try_into().ok()?;
        Some((id, parts.next()?.parse().ok()?))
    }
}

/// What the tag is over.
fn bound(text: &str, answer: &str, visit: &Visit<'_>) -> Vec<u8> {
    format!("{text}|{answer}|{}|{}", visit.host, visit.request.client_ip).into_bytes()
}

/// Whether `SHA-256(id ":" number)` begins with zeros.
fn works(id: &[u8; 16], number: &str) -> bool {
    if number.len() > 16 || !number.bytes().all(|byte| byte.is_ascii_digit()) {
        return false;
    }
    let text = format!("{}:{number}", hex::encode(id));
    let hash = digest(&SHA256, text.as_bytes());
    let first = hash
        .as_ref()
        .first_chunk::<4>()
        .map_or(u32::MAX, |bytes| u32::from_be_bytes(*bytes));
    first.leading_zeros() >= DIFFICULTY
}

/// A token with the new time, and what the old one said of the other proof.
fn new_cookie(proof: Proof, tokens: &Tokens, visit: &Visit<'_>) -> HeaderValue {
    let domain = tokens.domain_of(visit.host);
    let now = visit.now / 1_000;
    let mut token = cookie(&visit.request)
        .and_then(|text| tokens.open(text))
        .filter(|token| token.domain == domain)
        .unwrap_or_else(|| Token {
            captcha_solved: None,
            challenge_solved: None,
            domain: domain.to_owned(),
        });
    match proof {
        Proof::Challenge => token.challenge_solved = Some(now),
        Proof::Puzzle => token.captcha_solved = Some(now),
    }
    let mut text = format!(
        "{TOKEN_COOKIE}={}; Path=/; Max-Age={COOKIE_LIFE}; HttpOnly; SameSite=Lax",
        tokens.seal(&token)
    );
    if domain != visit.host {
        text.push_str("; Domain=");
        text.push_str(domain);
    }
    if visit.https {
        text.push_str("; Secure");
    }
    // Base64, digits and a host name are a value.
    HeaderValue::try_from(text).unwrap_or_else(|_| HeaderValue::from_static(""))
}

fn challenge_page(tokens: &Tokens, visit: &Visit<'_>) -> Answer {
    let (id, sealed) = Sealed::make("challenge", "", tokens, visit);
    let script = SCRIPT
        .replace("@id", &hex::encode(id))
        .replace("@sealed", &sealed)
        .replace("@bits", &DIFFICULTY.to_string())
        .replace("@path", RESERVED_PATH);
    let nonce = hex::encode(&id[..8]);
    let content = format!(
        "<p id=\"say\">Your browser is being checked. This takes a moment.</p>\
         <noscript><p>Please turn on JavaScript and load the page again.</p></noscript>\
         <script nonce=\"{nonce}\">{script}</script>"
    );
    let answer = Answer::asking(StatusCode::ACCEPTED, "challenge", page("One moment", &content));
    guarded(answer, &nonce)
}

fn puzzle_page(tokens: &Tokens, visit: &Visit<'_>, back: &str, again: bool) -> Answer {
    let mut draw = || {
        let mut bytes = [0; 8];
        let _ = aws_lc_rs::rand::fill(&mut bytes);
        u64::from_ne_bytes(bytes)
    };
    let puzzle = Puzzle::draw(&mut Dice(&mut draw));
    let (_, sealed) = Sealed::make("puzzle", &puzzle.answer, tokens, visit);
    let told = if again {
        "<p role=\"alert\">That was not it. Here is another picture.</p>"
    } else {
        ""
    };
    let content = format!(
        "{told}<form method=\"post\" action=\"{RESERVED_PATH}captcha\">\
         <p>Please type the five letters and digits of the picture.</p>{}\
         <p><input type=\"hidden\" name=\"sealed\" value=\"{sealed}\">\
         <input type=\"hidden\" name=\"back\" value=\"{}\">\
         <label>Letters <input name=\"answer\" autocomplete=\"off\" autofocus required maxlength=\"12\"></label> \
         <button>Go on</button></p></form>",
        puzzle.svg,
        escape(&safe_path(back))
    );
    let answer = Answer::asking(
        StatusCode::METHOD_NOT_ALLOWED,
        "captcha",
        page("Are you a person?", &content),
    );
    guarded(answer, "none")
}

/// Nothing but the page's own script runs, and nothing frames it.
fn guarded(answer: Answer, nonce: &str) -> Answer {
    let policy = format!(
        "default-src 'none'; script-src 'nonce-{nonce}'; style-src 'unsafe-inline'; connect-src 'self'; \
         form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    );
    match HeaderValue::try_from(policy) {
        Ok(policy) => answer.with(CONTENT_SECURITY_POLICY, policy),
        Err(_) => answer.with(CACHE_CONTROL, HeaderValue::from_static("no-store")),
    }
}

fn page(title: &str, content: &str) -> Bytes {
    format!(
        "<!DOCTYPE html><html lang=\"en\"><head><meta charset=\"utf-8\"><title>{title}</title>\
         <meta name=\"viewport\" content=\"width=device-width\"><meta name=\"robots\" content=\"noindex\">\
         <style>body{{font:1.1rem system-ui,sans-serif;max-width:26rem;margin:15vh auto;padding:0 1rem}}\
         input{{font:inherit;width:8rem}}button{{font:inherit}}</style></head><body><main><h1>{title}</h1>{content}\
         </main></body></html>"
    )
    .into()
}

/// A path on this host and nothing else: `//other.example` would be another.
fn safe_path(path: &str) -> String {
    let local = path.starts_with('/') && !path.starts_with("//") && !path.starts_with("/\\");
    let plain = !path.bytes().any(|byte| byte.is_ascii_control() || byte == b'\\');
    if local && plain {
        path.to_owned()
    } else {
        "/".to_owned()
    }
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
}

/// What pages send.
#[derive(Default)]
struct Form {
    sealed: String,
    answer: String,
    back: String,
}

impl Form {
    fn read(body: &[u8]) -> Self {
        let mut form = Self::default();
        for pair in body.split(|byte| *byte == b'&') {
            let (name, value) = match memchr::memchr(b'=', pair) {
                Some(at) => (&pair[..at], decoded(&pair[at + 1..])),
                None => continue,
            };
            match name {
                b"sealed" => form.sealed = value,
                b"answer" => form.answer = value,
                b"back" => form.back = safe_path(&value),
                _ => {}
            }
        }
        form
    }
}

/// `application/x-www-form-urlencoded`.
fn decoded(text: &[u8]) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut at = 0;
    while at < text.len() {
        let escaped = text
            .get(at + 1..at + 3)
            .filter(|_| text[at] == b'%')
            .and_then(|digits| u8::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok());
        match escaped {
            Some(byte) => {
                bytes.push(byte);
                at += 2;
            }
            None => bytes.push(if text[at] == b'+' { b' ' } else { text[at] }),
        }
        at += 1;
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

/// Searches the number. SHA-256 is written out, since browsers offer theirs to secure origins only.
const SCRIPT: &str = include_str!("interstitial/challenge.js");

#[cfg(test)]
mod tests;
