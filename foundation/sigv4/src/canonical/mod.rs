//! The canonical request and the string to sign.

pub(crate) mod headers;
pub(crate) mod path;
pub(crate) mod query;

use aws_lc_rs::digest::{SHA256, digest};

use crate::payload::{Payload, encode};
use crate::{ALGORITHM, AmzDate, Kind, RequestView};

pub(crate) use query::Leave;

/// All that goes into a canonical request.
pub(crate) struct Canonical<'a> {
    pub(crate) view: &'a RequestView<'a>,
    pub(crate) signed_headers: &'a str,
    pub(crate) payload: &'a Payload,
    pub(crate) kind: Kind,
    pub(crate) leave: Leave,
}

impl Canonical<'_> {
    /// Method, path, query, headers, names of headers, payload, a line each.
    pub(crate) fn request(&self) -> Vec<u8> {
        let view = self.view;
        let mut out = Vec::with_capacity(512 + view.path.len() + view.query.len());
        out.extend_from_slice(view.method.as_bytes());
        out.push(b'\n');
        path::append(&mut out, view.path, self.kind);
        out.push(b'\n');
        query::append(&mut out, view.query, self.leave);
        out.push(b'\n');
        headers::append(&mut out, view, self.signed_headers);
        out.push(b'\n');
        out.extend_from_slice(self.signed_headers.as_bytes());
        out.push(b'\n');
        out.extend_from_slice(self.payload.as_bytes());
        out
    }
}

/// Algorithm, date, scope and the hash of the canonical request, a line each.
pub(crate) fn string_to_sign(date: AmzDate, scope: &str, canonical_request: &[u8]) -> Vec<u8> {
    let mut digits = [0; 64];
    encode(digest(&SHA256, canonical_request).as_ref(), &mut digits);
    let lines = [
        ALGORITHM.as_bytes(),
        date.as_str().as_bytes(),
        scope.as_bytes(),
        &digits,
    ];
    lines.join(&b'\n')
}
