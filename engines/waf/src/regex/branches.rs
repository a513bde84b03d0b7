//! What a text must have so that one branch of a pattern can match it.
//!
//! Patterns are often lists of alternatives, some with telling literals and some with none. Taken one by one the weak
//! ones don't spoil what the others ask for.

use super::bytes::{self, Kinds};
use super::literals;
use regex_syntax::hir::{Hir, HirKind};

/// A pattern with more branches is taken as a whole.
const MOST: usize = 96;

/// What one branch needs.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub(crate) struct Needs {
    /// One of these, lower case and cut to [`literals::LONGEST`]; `None` when there is no such list.
    pub(crate) literals: Option<Vec<Vec<u8>>>,
    /// A byte of each.
    pub(crate) bytes: Vec<Kinds>,
}

impl Needs {
    fn of(hir: &Hir) -> Self {
        Self {
            literals: literals::required(hir),
            bytes: bytes::required(hir),
        }
    }
}

/// The needs of each branch. Branches that need the same kinds of bytes are taken together.
pub(super) fn needs(hir: &Hir) -> Vec<Needs> {
    let mut branches = Vec::new();
    split(hir, &mut branches);
    if branches.len() > MOST {
        return vec![Needs::of(hir)];
    }
    let mut all: Vec<Needs> = Vec::new();
    for branch in branches {
        let needs = Needs::of(&branch);
        let same = all
            .iter_mut()
            .find(|known| known.bytes == needs.bytes && known.literals.is_some() == needs.literals.is_some());
        match (same, needs.literals) {
            (Some(known), Some(mut more)) => known.literals.get_or_insert_default().append(&mut more),
            (Some(_), None) => {}
            (None, literals) => all.push(Needs { literals, ..needs }),
        }
    }
    for needs in &mut all {
        if let Some(literals) = &mut needs.literals {
            literals.sort_unstable();
            literals.dedup();
        }
    }
    all
}

/// Alternatives at the top, and those within a sequence that has but one choice to make.
fn split(hir: &Hir, branches: &mut Vec<Hir>) {
    match hir.kind() {
        HirKind::Capture(capture) => split(&capture.sub, branches),
        HirKind::Alternation(alternatives) => alternatives.iter().for_each(|one| split(one, branches)),
        HirKind::Concat(parts) => {
            // Of several choices the one with the most branches tells the most.
            let choice = parts
                .iter()
                .enumerate()
                .filter_map(|(at, part)| Some((alternatives(part)?.len(), at)))
                .max();
            let Some((_, at)) = choice else {
                branches.push(hir.clone());
                return;
            };
            for one in alternatives(&parts[at]).unwrap_or_default() {
                let mut parts = parts.clone();
                parts[at] = one.clone();
                branches.push(Hir::concat(parts));
            }
        }
        _ => branches.push(hir.clone()),
    }
}

fn alternatives(part: &Hir) -> Option<&[Hir]> {
    match part.kind() {
        HirKind::Capture(capture) => alternatives(&capture.sub),
        HirKind::Alternation(alternatives) => Some(alternatives),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use crate::regex::{Regex, bytes};

    fn may_match(pattern: &str, text: &[u8]) -> bool {
        let kinds = bytes::present(text);
        let regex = Regex::new(pattern).expect(pattern);
        regex.needs().iter().any(|needs| {
            needs.bytes.iter().all(|set| set & kinds != 0)
                && needs.literals.as_ref().is_none_or(|literals| {
                    literals
                        .iter()
                        .any(|literal| memchr::memmem::find(&text.to_ascii_lowercase(), literal).is_some())
                })
        })
    }

    #[test]
    fn a_weak_branch_does_not_spoil_the_others() {
        let pattern = r"(?:^|[=;])(?:union\s+select|\|\s*sh|sleep\s*\()|\$\s*\{";
        for (text, expected) in [
            (&b"=union select"[..], true),
            (b"union of lists", false),
            (b"=| sh", true),
            (b"sleep well", false),
            (b"sleep (", true),
            (b"${", true),
            (b"$", false),
        ] {
            assert_eq!(may_match(pattern, text), expected, "{}", text.escape_ascii());
        }
    }
}
