//! AWS's published SigV4 test suite, as botocore's source distribution carries it
//! (`tests/unit/auth/aws4_testsuite`), in both directions: the signed requests verify, and signing the bare ones
//! makes the published `Authorization` header.
//!
//! The suite is not part of this repository. `HAECHI_SIGV4_SUITE` names its directory; without it these tests say so
//! and check nothing.

#![expect(clippy::disallowed_methods, reason = "where the tests' data is")]

use std::fs;
use std::path::{Path, PathBuf};

use haechi_sigv4::{
    Body, ErrorStyle, Parsed, RequestView, Rules, Signer, SigningKeys, canonical_request, verify,
};
use http::{HeaderMap, HeaderName, HeaderValue};

const SECRET: &str = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY";
const NOW_MS: i64 = 1_440_938_160_000; // 2015-08-30T12:36:00Z

/// The signed request of this case carries another signature than the case's own `authz` file, which is the right one.
const GARBLED: &str = "get-vanilla-with-session-token";

/// A request of the suite, as a lenient HTTP server reads it.
struct Request {
    method: String,
    path: String,
    query: String,
    headers: HeaderMap,
    body: Vec<u8>,
}

impl Request {
    fn read(file: &Path) -> Self {
        let text = fs::read_to_string(file)
            .expect("a readable case")
            .replace('\r', "");
        let (head, body) = text.split_once("\n\n").unwrap_or((text.as_str(), ""));
        let mut lines = head.lines();
        let line = lines
            .next()
            .expect("a request line")
            .trim_end_matches(" HTTP/1.1");
        let (method, target) = line.split_once(' ').expect("method and target");
        let (path, query) = target.split_once('?').unwrap_or((target, ""));
        let mut fields: Vec<(String, String)> = Vec::new();
        for line in lines {
            if line.starts_with(' ') {
                // An obsolete line folding is as good as white space (RFC 9112 §5.2).
                fields.last_mut().expect("a header to continue").1.push_str(line);
            } else if let Some((name, value)) = line.split_once(':') {
                fields.push((name.to_owned(), value.trim().to_owned()));
            }
        }
        let mut headers = HeaderMap::new();
        for (name, value) in fields {
            headers.append(
                HeaderName::try_from(name).expect("a header name"),
                HeaderValue::try_from(value).expect("a header value"),
            );
        }
        Self {
            method: method.to_owned(),
            path: path.to_owned(),
            query: query.to_owned(),
            headers,
            body: body.as_bytes().to_vec(),
        }
    }

    fn view(&self) -> RequestView<'_> {
        RequestView {
            method: &self.method,
            path: &self.path,
            query: &self.query,
            headers: &self.headers,
            authority: None,
        }
    }
}

/// The stem of each case: its files differ in the extension only.
fn cases() -> Vec<PathBuf> {
    let Some(root) = std::env::var_os("HAECHI_SIGV4_SUITE") else {
        eprintln!("HAECHI_SIGV4_SUITE is not set: the published SigV4 suite was NOT checked");
        return Vec::new();
    };
    let mut stems = Vec::new();
    let mut folders = vec![PathBuf::from(root)];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).expect("HAECHI_SIGV4_SUITE is the directory of the suite") {
            let path = entry.expect("a directory entry").path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "req") {
                stems.push(path.with_extension(""));
            }
        }
    }
    assert!(
        stems.len() >= 30,
        "only {} cases: is this the suite?",
        stems.len()
    );
    stems.sort();
    stems
}

fn expected(stem: &Path, extension: &str) -> String {
    fs::read_to_string(stem.with_extension(extension))
        .expect("a readable case")
        .replace('\r', "")
}

#[test]
fn every_signed_request_of_the_suite_verifies() {
    let keys = SigningKeys::new(16);
    let rules = Rules::of(ErrorStyle::Query);
    for stem in cases() {
        let name = stem.display();
        let mut request = Request::read(&stem.with_extension("sreq"));
        if stem.ends_with(GARBLED) {
            let published = HeaderValue::try_from(expected(&stem, "authz")).expect("a header value");
            assert_ne!(
                request.headers["authorization"], published,
                "{name}: mended, drop the exception"
            );
            request.headers.insert("authorization", published);
        }
        let view = request.view();
        let body = Body::Bytes(&request.body);
        let parsed = Parsed::from_request(&view).unwrap_or_else(|error| panic!("{name}: {error}"));
        let parsed = parsed.unwrap_or_else(|| panic!("{name}: not signed"));
        let canonical = canonical_request(&parsed, &view, body, rules).expect("canonical");
        assert_eq!(
            String::from_utf8_lossy(&canonical),
            expected(&stem, "creq"),
            "{name}: canonical request"
        );
        let key = keys.signing_key(&parsed, SECRET);
        verify(&parsed, &view, body, &key, NOW_MS, rules).unwrap_or_else(|error| panic!("{name}: {error}"));
    }
}

#[test]
fn every_bare_request_of_the_suite_is_signed_as_published() {
    for stem in cases() {
        let name = stem.display();
        let mut request = Request::read(&stem.with_extension("req"));
        let mut signer = Signer::new("AKIDEXAMPLE", SECRET, "us-east-1", "service");
        // The token is signed where the canonical request has it.
        let canonical = expected(&stem, "creq");
        if let Some((_, token)) = canonical.split_once("x-amz-security-token:") {
            signer = signer.with_session_token(token.lines().next().expect("a token"));
        }
        signer
            .sign(
                &request.method,
                &request.path,
                &request.query,
                &mut request.headers,
                Body::Bytes(&request.body),
                NOW_MS,
            )
            .expect("valid headers");
        assert_eq!(
            request.headers["authorization"],
            expected(&stem, "authz").as_str(),
            "{name}"
        );
    }
}
