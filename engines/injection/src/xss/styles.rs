//! CSS that runs a script, or that hides what it does.

use memchr::memmem;

/// What ran a script in one browser or another, or fetches a style sheet.
const ACTIVE: [&[u8]; 8] = [
    b"expression",
    b"javascript:",
    b"vbscript:",
    b"behavior",
    b"behaviour",
    b"-moz-binding",
    b"@import",
    b"data:text",
];

/// Can the declarations run a script? Editors write harmless ones into nearly every post; escapes and character
/// references have no honest use in them but a font's quotes.
pub(super) fn is_active(css: &[u8]) -> bool {
    let plain: Vec<u8> = css
        .iter()
        .filter(|byte| **byte > b' ')
        .map(u8::to_ascii_lowercase)
        .collect();
    let escaped = plain.contains(&b'\\') || memmem::find(&plain, b"/*").is_some();
    let referenced = memmem::find(&plain, b"&#").is_some();
    escaped || referenced || ACTIVE.iter().any(|word| memmem::find(&plain, word).is_some())
}

/// Does a style sheet fetch from another place? By what it fetches, it tells that place what a page has in it;
/// pictures refer to their own parts.
pub(super) fn fetches(css: &[u8]) -> bool {
    memmem::find_iter(css, b"url(").any(|at| {
        let url = css[at + 4..].trim_ascii_start();
        let url = url
            .strip_prefix(b"\"")
            .or_else(|| url.strip_prefix(b"'"))
            .unwrap_or(url);
        let http = url
            .get(..4)
            .is_some_and(|start| start.eq_ignore_ascii_case(b"http"));
        http || url.starts_with(b"//")
    })
}

#[cfg(test)]
mod tests {
    use super::is_active;

    #[test]
    fn what_editors_write_is_harmless() {
        for css in [
            "color: red",
            "margin: 0 auto; max-width:600px",
            "background:url(https://example.com/a.png)",
            "font-family:&quot;Segoe UI&quot;,sans-serif",
            "modern",
        ] {
            assert!(!is_active(css.as_bytes()), "{css}");
        }
    }

    #[test]
    fn what_ran_scripts_is_active_however_it_is_spaced() {
        for css in [
            "width:expression(alert(1))",
            "width: exp/**/ression(alert(1))",
            "xss:e x p r e s s i o n(alert(1))",
            "background:url( javascript:alert(1))",
            "-moz-binding:url(http://x/y#z)",
            "behavior: url(x.htc)",
            "x:\\65xpression(alert(1))",
            "x:&#101;xpression(alert(1))",
        ] {
            assert!(is_active(css.as_bytes()), "{css}");
        }
    }
}
