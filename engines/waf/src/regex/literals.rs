//! The literals that every match of a pattern must contain.
//!
//! Case is folded and long literals are cut, because what is found is only a reason to look closer.

use regex_syntax::hir::{Class, Hir, HirKind};

/// Longer literals are cut to this, so that the table that finds them stays near the processor.
pub(crate) const LONGEST: usize = 5;

/// Shorter ones are in every other request.
const SHORTEST: usize = 2;
/// More alternatives than these are not worth it.
const MOST: usize = 64;
/// A class with more members ends a literal.
const CLASS: usize = 4;

/// Lower-case texts of which every match contains one; `None` when there is no such list of useful texts.
pub(crate) fn required(hir: &Hir) -> Option<Vec<Vec<u8>>> {
    let mut literals = find(hir)?;
    for literal in &mut literals {
        literal.truncate(LONGEST);
    }
    literals.sort_unstable();
    literals.dedup();
    Some(literals)
}

fn find(hir: &Hir) -> Option<Vec<Vec<u8>>> {
    if let Some(texts) = exact(hir) {
        return useful(&texts).then_some(texts);
    }
    match hir.kind() {
        HirKind::Capture(capture) => find(&capture.sub),
        HirKind::Repetition(repetition) if repetition.min > 0 => find(&repetition.sub),
        HirKind::Alternation(branches) => {
            let mut all = Vec::new();
            for branch in branches {
                all.append(&mut find(branch)?);
            }
            (all.len() <= MOST).then_some(all)
        }
        HirKind::Concat(parts) => sequence(parts),
        _ => None,
    }
}

fn useful(texts: &[Vec<u8>]) -> bool {
    !texts.is_empty() && texts.len() <= MOST && texts.iter().all(|text| text.len() >= SHORTEST)
}

/// Runs of parts with known texts are joined; the best run or part wins.
fn sequence(parts: &[Hir]) -> Option<Vec<Vec<u8>>> {
    let mut best: Option<Vec<Vec<u8>>> = None;
    let mut offer = |texts: Vec<Vec<u8>>| {
        if useful(&texts) && best.as_ref().is_none_or(|best| score(&texts) > score(best)) {
            best = Some(texts);
        }
    };
    let mut run = vec![Vec::new()];
    for part in parts {
        let joined = exact(part).and_then(|texts| product(&run, &texts));
        if let Some(joined) = joined {
            run = joined;
            continue;
        }
        // Repeated once it goes with what is before, and once with what comes after.
        if let Some(once) = repeated(part) {
            offer(product(&run, &once).unwrap_or(run));
            run = once;
            continue;
        }
        offer(std::mem::replace(&mut run, vec![Vec::new()]));
        match exact(part) {
            Some(texts) => run = texts,
            None => find(part).into_iter().for_each(&mut offer),
        }
    }
    offer(run);
    best
}

/// The texts of which a repetition has one or more.
fn repeated(part: &Hir) -> Option<Vec<Vec<u8>>> {
    match part.kind() {
        HirKind::Repetition(repetition) if repetition.min > 0 => exact(&repetition.sub),
        _ => None,
    }
}

/// The shortest text decides how rare a hit is, then few texts are better than many.
fn score(texts: &[Vec<u8>]) -> (usize, usize) {
    let shortest = texts.iter().map(Vec::len).min().unwrap_or(0);
    (shortest, MOST - texts.len().min(MOST))
}

fn product(heads: &[Vec<u8>], tails: &[Vec<u8>]) -> Option<Vec<Vec<u8>>> {
    if heads.len() * tails.len() > MOST {
        return None;
    }
    Some(
        heads
            .iter()
            .flat_map(|head| tails.iter().map(move |tail| [head.as_slice(), tail].concat()))
            .collect(),
    )
}

/// All texts that the expression matches, case folded, if they are few.
fn exact(hir: &Hir) -> Option<Vec<Vec<u8>>> {
    match hir.kind() {
        HirKind::Empty | HirKind::Look(_) => Some(vec![Vec::new()]),
        HirKind::Literal(literal) => Some(vec![literal.0.to_ascii_lowercase()]),
        HirKind::Class(class) => members(class),
        HirKind::Capture(capture) => exact(&capture.sub),
        HirKind::Repetition(repetition) => {
            let times = repetition.max.filter(|max| *max == repetition.min && *max <= 8)?;
            let once = exact(&repetition.sub)?;
            (0..times).try_fold(vec![Vec::new()], |texts, _| product(&texts, &once))
        }
        HirKind::Concat(parts) => parts
            .iter()
            .try_fold(vec![Vec::new()], |texts, part| product(&texts, &exact(part)?)),
        HirKind::Alternation(branches) => {
            let mut all = Vec::new();
            for branch in branches {
                all.append(&mut exact(branch)?);
            }
            (all.len() <= MOST).then_some(all)
        }
    }
}

fn members(class: &Class) -> Option<Vec<Vec<u8>>> {
    let mut bytes = Vec::new();
    let mut add = |start: u32, end: u32| {
        if end > 0xff || end - start > 2 * CLASS as u32 {
            return None;
        }
        bytes.extend((start..=end).map(|byte| (byte as u8).to_ascii_lowercase()));
        Some(())
    };
    match class {
        Class::Bytes(class) => {
            class
                .iter()
                .try_for_each(|range| add(u32::from(range.start()), u32::from(range.end())))?;
        }
        Class::Unicode(class) => class.iter().try_for_each(|range| {
            let (start, end) = (u32::from(range.start()), u32::from(range.end()));
            // Above ASCII a code point is several bytes.
            if end > 0x7f { None } else { add(start, end) }
        })?,
    }
    bytes.sort_unstable();
    bytes.dedup();
    (bytes.len() <= CLASS).then(|| bytes.into_iter().map(|byte| vec![byte]).collect())
}

#[cfg(test)]
mod tests {
    use crate::regex::Regex;
    use proptest::prelude::*;

    #[test]
    fn literals_come_from_the_rarest_part() {
        for (pattern, expected) in [
            ("(?i)union\\s+(?:all\\s+)?select", Some(&["selec"][..])),
            ("[a-z]+foo(?:bar|baz)\\d", Some(&["fooba"])),
            ("(?:eval|system)\\s*\\(", Some(&["eval", "syste"])),
            ("\\.\\./", Some(&["../"])),
            ("etc[/x]+passwd", Some(&["/pass", "xpass"])),
            ("[^a]etc/+[^a]", Some(&["etc/"])),
            ("[a-z]+", None),
            ("a|bcd", None),
            ("(?:abc)?", None),
        ] {
            let regex = Regex::new(pattern).expect(pattern);
            let expected = expected.map(|texts| {
                texts
                    .iter()
                    .map(|text| text.as_bytes().to_vec())
                    .collect::<Vec<_>>()
            });
            assert_eq!(
                regex.required_literals().map(<[_]>::to_vec),
                expected,
                "{pattern}"
            );
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(96))]

        #[test]
        fn every_match_contains_a_required_literal(
            pattern in "(\\(\\?i\\))?[ab]{1,3}(\\(c[de]\\|f\\[\\^a\\]\\)|\\[bc\\]|c\\{2\\}|d\\+|\\.\\*)[abc]{0,3}(d\\?)?",
            haystack in "[abcdefABC]{0,24}",
        ) {
            let regex = Regex::new(&pattern).expect("a pattern");
            if let (true, Some(literals)) = (regex.is_match(haystack.as_bytes()), regex.required_literals()) {
                let folded = haystack.to_ascii_lowercase();
                prop_assert!(
                    literals.iter().any(|literal| memchr::memmem::find(folded.as_bytes(), literal).is_some()),
                    "{pattern} in {haystack}: {literals:?}"
                );
            }
        }
    }
}
