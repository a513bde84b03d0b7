//! HAECHI_BASE64_TEXT, which AWS does not have and which only managed rule groups may use: what is text in Base64
//! becomes that text, in its place; everything else stays.
//!
//! AWS's two functions decode a whole component. Attacks hide in one field of a form or one string of a JSON document,
//! so this one looks for runs of the alphabet. A run counts when all of it decodes to printable text in which there is
//! a mark that attacks need: hardly a word, path or token does. Literals of patterns stay visible by this, for `/` and
//! `+` have six bits set, which printable text has in one place of three bytes only.

use super::Outcome;

/// Shorter runs are words.
const SHORTEST: usize = 11;
/// A path may end where the data begins: so many parts of a run are tried as its beginning.
const BEGINNINGS: usize = 4;

/// The value of a character, of either alphabet; [`OTHER`] for those of neither.
static SEXTETS: [u8; 256] = sextets();
const OTHER: u8 = 0xff;

const fn sextets() -> [u8; 256] {
    let mut values = [OTHER; 256];
    let mut letter = 0;
    while letter < 26 {
        values[(b'A' + letter) as usize] = letter;
        values[(b'a' + letter) as usize] = letter + 26;
        letter += 1;
    }
    let mut digit = 0;
    while digit < 10 {
        values[(b'0' + digit) as usize] = digit + 52;
        digit += 1;
    }
    values[b'+' as usize] = 62;
    values[b'-' as usize] = 62;
    values[b'/' as usize] = 63;
    values[b'_' as usize] = 63;
    values
}

pub(super) fn decode(input: &[u8], out: &mut Vec<u8>) -> Outcome {
    let mut copied = 0;
    let mut at = 0;
    while let Some(start) = next_run(input, at) {
        let end = run_end(input, start);
        match decode_run(input, start, end, out, copied) {
            Some(next) => {
                copied = next;
                at = next;
            }
            None => at = end,
        }
    }
    if copied == 0 {
        return Outcome::Unchanged;
    }
    out.extend_from_slice(&input[copied..]);
    Outcome::Written
}

fn is_sextet(byte: u8) -> bool {
    SEXTETS[usize::from(byte)] != OTHER
}

/// Where the next run of [`SHORTEST`] characters begins. Looks at one byte in eleven of most texts.
fn next_run(input: &[u8], mut from: usize) -> Option<usize> {
    loop {
        let window = input.get(from..from + SHORTEST)?;
        match window.iter().rposition(|&byte| !is_sextet(byte)) {
            Some(other) => from += other + 1,
            None => return Some(from),
        }
    }
}

fn run_end(input: &[u8], start: usize) -> usize {
    let length = input[start..].iter().position(|&byte| !is_sextet(byte));
    length.map_or(input.len(), |length| start + length)
}

/// Writes what was not copied before the run and the run's text; the place behind it. Writes nothing unless it is text.
fn decode_run(input: &[u8], start: usize, end: usize, out: &mut Vec<u8>, copied: usize) -> Option<usize> {
    let mut begin = start;
    for _ in 0..BEGINNINGS {
        let kept = out.len();
        out.extend_from_slice(&input[copied..begin]);
        if let Some(next) = text(input, begin, end, out) {
            return Some(next);
        }
        out.truncate(kept);
        begin += 1 + input[begin..end].iter().position(|&byte| byte == b'/')?;
        if end - begin < SHORTEST {
            return None;
        }
    }
    None
}

/// Appends the text that the run is; the place behind it and its padding.
fn text(input: &[u8], begin: usize, end: usize, out: &mut Vec<u8>) -> Option<usize> {
    let first = out.len();
    let mut data = Data::default();
    data.take(&input[begin..end], out)?;
    let mut behind = end;
    // A `+` that was decoded as a form's is a space now.
    while input.get(behind) == Some(&b' ') {
        let next = run_end(input, behind + 1);
        let mut longer = data;
        let kept = out.len();
        let taken = longer
            .take(b"+", out)
            .and_then(|()| longer.take(&input[behind + 1..next], out));
        if next == behind + 1 || taken.is_none() {
            out.truncate(kept);
            break;
        }
        (data, behind) = (longer, next);
    }
    data.finish(out)?;
    let padding = input[behind..]
        .iter()
        .take(2)
        .take_while(|&&byte| byte == b'=')
        .count();
    let text = &out[first..];
    let marked = text.iter().any(|byte| b"<>'\"();|&$`{}=*\\:\r\n".contains(byte));
    let climbs = text.windows(2).any(|pair| pair == b"..");
    ((marked || climbs) && std::str::from_utf8(text).is_ok()).then_some(behind + padding)
}

/// Up to four sextets on their way to three bytes.
#[derive(Clone, Copy, Default)]
struct Data {
    bits: u32,
    count: u8,
}

impl Data {
    /// `None` at the first byte that text does not have.
    fn take(&mut self, run: &[u8], out: &mut Vec<u8>) -> Option<()> {
        for &byte in run {
            self.bits = self.bits << 6 | u32::from(SEXTETS[usize::from(byte)]);
            self.count += 1;
            if self.count == 4 {
                let bytes = &self.bits.to_be_bytes()[1..];
                printable(bytes)?;
                out.extend_from_slice(bytes);
                *self = Self::default();
            }
        }
        Some(())
    }

    fn finish(self, out: &mut Vec<u8>) -> Option<()> {
        let bytes = match self.count {
            0 => return Some(()),
            2 => (self.bits >> 4 << 24).to_be_bytes(),
            3 => (self.bits >> 2 << 16).to_be_bytes(),
            _ => return None,
        };
        let bytes = &bytes[..usize::from(self.count) - 1];
        printable(bytes)?;
        out.extend_from_slice(bytes);
        Some(())
    }
}

/// White space, visible ASCII, and what may be a part of other characters. Zeros stand in texts that cheat filters.
fn printable(bytes: &[u8]) -> Option<()> {
    bytes
        .iter()
        .all(|byte| matches!(byte, 0 | b'\t' | b'\n' | b'\r' | b' '..=b'~' | 0x80..))
        .then_some(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn run(input: &str) -> String {
        let mut out = Vec::new();
        match decode(input.as_bytes(), &mut out) {
            Outcome::Written => String::from_utf8(out).expect("text"),
            _ => input.to_owned(),
        }
    }

    #[test]
    fn text_in_base64_is_decoded_where_it_stands() {
        for (input, output) in [
            ("q=PHNjcmlwdD4x", "q=<script>1"),
            ("PHN2Zy9vbmxvYWQ9YSgpPg==&page=1", "<svg/onload=a()>&page=1"),
            (
                "{\"a\":\"JyBvciAxPTEtLSA\",\"b\":2}",
                "{\"a\":\"' or 1=1-- \",\"b\":2}",
            ),
            ("/files/Li4vLi4vZXRjL2E", "/files/../../etc/a"),
            ("a=PHNjcmlwdD4x&b=PHNjcmlwdD4y", "a=<script>1&b=<script>2"),
            // A `+` may have become a space.
            (
                "q=eHg8c3ZnIG9ubG9hZD1hKGI fjEpPn4=&page=1",
                "q=xx<svg onload=a(b>~1)>~&page=1",
            ),
            // `-` and `_` of the alphabet of URLs.
            ("q=PHA-Yj88Lz9wPg", "q=<p>b?</?p>"),
            ("q=7ZWc6riAOyBjYXQg", "q=한글; cat "),
            (
                "data:image/svg+xml;base64,PHN2Zy9vbmxvYWQ9YSgpPg==",
                "data:image/svg+xml;base64,<svg/onload=a()>",
            ),
        ] {
            assert_eq!(run(input), output);
        }
    }

    #[test]
    fn what_is_no_text_in_base64_stays() {
        for input in [
            "an internationalization of characteristics",
            "/usr/share/documentation/etc/passwd",
            // Text without a mark, random bytes, one character too many.
            "aGVsbG8gd29ybGQ",
            "rO0ABXNyABFqYXZhLnV0aWwuSGFzaE1hcA",
            "PHNjcmlwdD4xx",
            "data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk",
            "4f1c2a9b8e7d6c5b4a39281706f5e4d3",
            "2026-11-23T09:00:00Z",
            "",
            "PHNjcm",
        ] {
            assert_eq!(run(input), input);
        }
    }
}
