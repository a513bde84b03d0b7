//! Attributes that run a script, or whose value may be a URL that does.

use super::tags::without_nuls;

/// What an attribute's value can do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Attribute {
    /// Nothing.
    Harmless,
    /// It runs.
    Active,
    /// It runs if it is a URL of a kind that runs.
    Url,
    /// It is CSS.
    Style,
    /// It names a namespace, which can make any tag an active one.
    Namespace,
    /// It names an attribute.
    Indirect,
}

/// Names without their `on`, sorted.
static EVENTS: &str = include_str!("../../data/events.txt");

const NAMES: [(&[u8], Attribute); 22] = [
    (b"ACTION", Attribute::Url),
    (b"ATTRIBUTENAME", Attribute::Indirect),
    (b"BACKGROUND", Attribute::Url),
    (b"BY", Attribute::Url),
    (b"DATAFORMATAS", Attribute::Active),
    (b"DATASRC", Attribute::Active),
    (b"DYNSRC", Attribute::Url),
    (b"FILTER", Attribute::Style),
    (b"FOLDER", Attribute::Url),
    (b"FORMACTION", Attribute::Url),
    (b"FROM", Attribute::Url),
    (b"HANDLER", Attribute::Url),
    (b"HREF", Attribute::Url),
    (b"LOWSRC", Attribute::Url),
    (b"POSTER", Attribute::Url),
    (b"SRC", Attribute::Url),
    (b"SRCDOC", Attribute::Active),
    (b"STYLE", Attribute::Style),
    (b"TO", Attribute::Url),
    (b"VALUES", Attribute::Url),
    (b"XLINK:HREF", Attribute::Url),
    (b"DATA", Attribute::Url),
];

/// The longest name in the lists, with room to spare.
const MAX_NAME: usize = 64;

/// For each letter, the lengths that the names of [`NAMES`] with it have, a bit each.
static LENGTHS: [u32; 32] = {
    let mut lengths = [0; 32];
    let mut at = 0;
    while at < NAMES.len() {
        let name = NAMES[at].0;
        lengths[(name[0] & 31) as usize] |= 1 << name.len();
        at += 1;
    }
    lengths
};

/// What the attribute of this name can do.
pub(super) fn kind_of(name: &[u8]) -> Attribute {
    // Most names are told from all that are known by their first byte and length alone.
    let known = name.first().is_some_and(|first| {
        matches!(first, b'o' | b'O' | b'x' | b'X')
            || (name.len() < 32 && LENGTHS[usize::from(first & 31)] & (1 << name.len()) != 0)
    });
    if known || name.contains(&0) {
        look_up(name)
    } else {
        Attribute::Harmless
    }
}

fn look_up(name: &[u8]) -> Attribute {
    let mut plain = [0; MAX_NAME];
    let name = without_nuls(name, &mut plain);
    let starts = |word: &[u8]| {
        name.get(..word.len())
            .is_some_and(|start| start.eq_ignore_ascii_case(word))
    };
    if starts(b"ON") && is_event(&name[2..]) {
        return Attribute::Active;
    }
    if starts(b"XMLNS") {
        return Attribute::Namespace;
    }
    NAMES
        .iter()
        .find(|(known, _)| name.eq_ignore_ascii_case(known))
        .map_or(Attribute::Harmless, |(_, kind)| *kind)
}

/// Is this, up to the first byte that is no letter, the name of an event?
fn is_event(name: &[u8]) -> bool {
    let len = name.iter().take_while(|byte| byte.is_ascii_alphabetic()).count();
    let mut upper = [0; MAX_NAME];
    let Some(upper) = upper.get_mut(..len).filter(|_| len > 1) else {
        return false;
    };
    upper.copy_from_slice(&name[..len]);
    upper.make_ascii_uppercase();
    find_line(EVENTS.as_bytes(), upper)
}

/// Binary search in sorted lines.
fn find_line(lines: &[u8], wanted: &[u8]) -> bool {
    let (mut low, mut high) = (0, lines.len());
    while low < high {
        let middle = low.midpoint(high);
        let start = lines[low..middle]
            .iter()
            .rposition(|byte| *byte == b'\n')
            .map_or(low, |at| low + at + 1);
        let end = lines[start..]
            .iter()
            .position(|byte| *byte == b'\n')
            .map_or(lines.len(), |at| start + at);
        match lines[start..end].cmp(wanted) {
            std::cmp::Ordering::Equal => return true,
            std::cmp::Ordering::Less => low = (end + 1).min(high),
            std::cmp::Ordering::Greater => high = start,
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_event_is_found_in_any_case() {
        for event in EVENTS.lines() {
            assert_eq!(
                kind_of(format!("on{event}").as_bytes()),
                Attribute::Active,
                "{event}"
            );
            assert_eq!(
                kind_of(format!("ON{}", event.to_lowercase()).as_bytes()),
                Attribute::Active,
                "{event}"
            );
        }
    }

    #[test]
    fn nul_bytes_in_a_name_are_skipped() {
        assert_eq!(kind_of(b"on\0cl\0ick"), Attribute::Active);
        assert_eq!(kind_of(b"hr\0ef"), Attribute::Url);
    }

    #[test]
    fn other_names_are_harmless() {
        for name in [
            "",
            "on",
            "one",
            "online",
            "onmarket",
            "only",
            "class",
            "once",
            "onboarding",
            "xlink",
        ] {
            assert_eq!(kind_of(name.as_bytes()), Attribute::Harmless, "{name}");
        }
    }
}
