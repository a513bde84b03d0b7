//! Addresses that a proxy wrote into a header (developer guide, page "Using forwarded IP addresses").

use super::{HttpRequest, parts};
use std::net::{IpAddr, SocketAddr};

/// What a forwarded-IP header says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Forwarded {
    /// The header is not there: the rule does not apply to the request at all.
    Missing,
    /// The header is there but has no address at the place: the fallback behaviour decides.
    Invalid,
    /// An address.
    Ip(IpAddr),
}

impl Forwarded {
    /// The first address of the header, the client as the first proxy saw it.
    pub fn first(request: &HttpRequest<'_>, header: &[u8]) -> Self {
        Self::pick(request, header, |addresses| addresses.next())
    }

    /// The last address of the header, the client as the nearest proxy saw it.
    pub fn last(request: &HttpRequest<'_>, header: &[u8]) -> Self {
        Self::pick(request, header, |addresses| addresses.last())
    }

    fn pick<'a>(
        request: &'a HttpRequest<'a>,
        header: &'a [u8],
        choose: impl FnOnce(&mut dyn Iterator<Item = Option<IpAddr>>) -> Option<Option<IpAddr>>,
    ) -> Self {
        if request.header_values(header).next().is_none() {
            return Self::Missing;
        }
        match choose(&mut forwarded_ips(request, header)) {
            Some(Some(ip)) => Self::Ip(ip),
            _ => Self::Invalid,
        }
    }
}

/// Each entry of the header, in order; `None` where an entry is not an address.
fn forwarded_ips<'a>(
    request: &'a HttpRequest<'a>,
    header: &'a [u8],
) -> impl Iterator<Item = Option<IpAddr>> + 'a {
    request
        .header_values(header)
        .flat_map(|value| parts(value, b','))
        .map(address)
}

/// The entries that are looked at where any may match: the guide, "Considerations for using forwarded IP addresses",
/// says up to 10, and the last 10 of more.
pub fn last_forwarded_ips<'a>(
    request: &'a HttpRequest<'a>,
    header: &'a [u8],
) -> impl Iterator<Item = Option<IpAddr>> + 'a {
    let entries = request.header_values(header).flat_map(|value| parts(value, b','));
    let more = entries.count().saturating_sub(MOST);
    forwarded_ips(request, header).skip(more)
}

const MOST: usize = 10;

/// An address, bare, bracketed or with a port, as the various proxies write it.
fn address(text: &[u8]) -> Option<IpAddr> {
    let text = std::str::from_utf8(text.trim_ascii()).ok()?;
    let bare = text
        .strip_prefix('[')
        .and_then(|text| text.strip_suffix(']'))
        .unwrap_or(text);
    bare.parse()
        .ok()
        .or_else(|| text.parse::<SocketAddr>().ok().map(|socket| socket.ip()))
}
