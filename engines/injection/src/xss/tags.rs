//! Tags that can run a script or load what can.

const ACTIVE: [&[u8]; 20] = [
    b"APPLET",
    b"BASE",
    b"COMMENT",
    b"EMBED",
    b"FRAME",
    b"FRAMESET",
    b"HANDLER",
    b"IFRAME",
    b"IMPORT",
    b"ISINDEX",
    b"LINK",
    b"LISTENER",
    b"META",
    b"NOSCRIPT",
    b"OBJECT",
    b"SCRIPT",
    b"VMLFRAME",
    b"XML",
    b"XSS",
    b"PORTAL",
];

/// Everything of XSL(T). SVG's own tags draw; what runs in a picture is found by its own name: a script, an event, a
/// URL of a kind that runs.
const ACTIVE_PREFIXES: [&[u8]; 1] = [b"XSL"];

/// The longest name in the lists, with room for NUL bytes that old browsers skip.
const MAX_NAME: usize = 32;

/// Is this the name of an active tag?
pub(super) fn is_active(name: &[u8]) -> bool {
    let mut plain = [0; MAX_NAME];
    let name = without_nuls(name, &mut plain);
    ACTIVE.iter().any(|tag| name.eq_ignore_ascii_case(tag))
        || ACTIVE_PREFIXES.iter().any(|tag| {
            name.get(..tag.len())
                .is_some_and(|start| start.eq_ignore_ascii_case(tag))
        })
}

/// Is this the tag whose text is CSS?
pub(super) fn is_style_sheet(name: &[u8]) -> bool {
    let mut plain = [0; MAX_NAME];
    without_nuls(name, &mut plain).eq_ignore_ascii_case(b"STYLE")
}

/// The name without NUL bytes; what is beyond the buffer is cut, for no known name is as long.
pub(super) fn without_nuls<'a>(name: &'a [u8], buffer: &'a mut [u8]) -> &'a [u8] {
    if !name.contains(&0) {
        return name;
    }
    let mut len = 0;
    for (place, byte) in buffer.iter_mut().zip(name.iter().filter(|byte| **byte != 0)) {
        *place = *byte;
        len += 1;
    }
    &buffer[..len]
}
