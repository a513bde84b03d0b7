//! Tests on components.

use super::Evaluation;
use super::scratch::{Item, SlotState};
use crate::compile::{FieldKey, Match, OnInvalidJson, Plan, SlotId, Source, Span, Test};
use crate::model::{ComparisonOperator, OversizeHandling};
use crate::verdict::{ConditionType, MatchDetail, OversizeField};
use haechi_injection::{Sensitivity, sqli, xss};
use memchr::memmem::Finder;

impl<'p> Evaluation<'p, '_, '_> {
    /// Whether the component passes the test, its oversize, missing and invalid forms handled.
    pub(super) fn test(&mut self, id: u32, test: &'p Match) -> bool {
        let state = self.compute(test.slot);
        if state.oversize {
            self.note_oversize(test.slot);
            match test.on_oversize {
                OversizeHandling::Continue => {}
                handling => return self.answered(id, test, handling == OversizeHandling::Match),
            }
        }
        if !state.present {
            return self.answered(id, test, test.on_missing);
        }
        if state.invalid {
            match test.on_invalid_json {
                OnInvalidJson::InspectPart => {}
                OnInvalidJson::Answer(answer) => return self.answered(id, test, answer),
                OnInvalidJson::Text { slot, number } => {
                    let state = self.compute(slot);
                    return self.items(id, test, slot, number, state);
                }
            }
        }
        self.items(id, test, test.slot, test.number, state)
    }

    fn answered(&mut self, id: u32, test: &'p Match, answer: bool) -> bool {
        if self.explanation.is_some() {
            self.explain_test(id, test, test.slot, None, answer);
        }
        answer
    }

    /// Whether any of these statements is worth a closer look.
    pub(super) fn may_match(&mut self, span: Span) -> bool {
        if self.explanation.is_some() {
            return true;
        }
        let state = self.compute(span.slot);
        if state.oversize {
            self.note_oversize(span.slot);
        }
        if !state.present || state.invalid {
            // A body that is not JSON may be looked at as text.
            return state.invalid;
        }
        let Some(place) = self.scan(span.slot, state) else {
            return true;
        };
        (span.first..span.end).any(|number| self.bit(place, number))
    }

    /// Where the slot's bits of candidates are: first those of all its texts together, then of each. Finds them the
    /// first time. `None` for a slot without statements.
    fn scan(&mut self, slot: SlotId, state: SlotState) -> Option<Bits> {
        let of_plan = &self.plan.slots[slot as usize];
        let scan = of_plan.scan.as_ref()?;
        let words = scan.words();
        let known = state.scanned.max(self.scratch.slots[slot as usize].scanned);
        if known != 0 {
            let start = known as usize - 1;
            return Some(Bits { start, words });
        }
        let scratch = &mut *self.scratch;
        let start = scratch.bits.len();
        scratch.bits.resize(start + words * (1 + state.items().len()), 0);
        let (together, each) = scratch.bits[start..].split_at_mut(words);
        for (item, bits) in scratch.items[state.items()]
            .iter()
            .zip(each.chunks_exact_mut(words))
        {
            let text = &scratch.arena[item.text()];
            let find = |bits: &mut [u64]| scan.run(text, bits, &mut scratch.found);
            scratch.memory.bits(of_plan.number, text, bits, find);
            together
                .iter_mut()
                .zip(bits)
                .for_each(|(all, bits)| *all |= *bits);
        }
        scratch.slots[slot as usize].scanned = start as u32 + 1;
        Some(Bits { start, words })
    }

    fn bit(&self, bits: Bits, number: u32) -> bool {
        self.scratch.bits[bits.start + number as usize / 64] & (1 << (number % 64)) != 0
    }

    fn items(&mut self, id: u32, test: &'p Match, slot: SlotId, number: u32, state: SlotState) -> bool {
        if self.explanation.is_some() {
            return self.explain_items(id, test, slot, state);
        }
        let Some(bits) = self.scan(slot, state) else {
            return state
                .items()
                .any(|at| self.hit(test, slot, self.scratch.items[at]));
        };
        if !self.bit(bits, number) {
            return false;
        }
        state.items().enumerate().any(|(nth, at)| {
            if !self.bit(bits.of_item(nth), number) {
                return false;
            }
            let item = self.scratch.items[at];
            let hit = self.hit(test, slot, item);
            if !hit && is_about_text_alone(&test.test) {
                let text = &self.scratch.arena[item.text()];
                let slot = self.plan.slots[slot as usize].number;
                self.scratch.memory.rule_out(slot, text, number);
            }
            hit
        })
    }

    fn explain_items(&mut self, id: u32, test: &'p Match, slot: SlotId, state: SlotState) -> bool {
        for at in state.items() {
            let item = self.scratch.items[at];
            let hit = self.hit(test, slot, item);
            self.explain_test(id, test, slot, Some(item), hit);
            if hit {
                return true;
            }
        }
        false
    }

    fn hit(&mut self, test: &'p Match, slot: SlotId, item: Item) -> bool {
        let text = &self.scratch.arena[item.text()];
        match &test.test {
            Test::Exactly(wanted) => text == &**wanted,
            Test::StartsWith(wanted) => text.starts_with(wanted),
            Test::EndsWith(wanted) => text.ends_with(wanted),
            Test::Contains(finder) => finder.find(text).is_some(),
            Test::ContainsWord(finder) => contains_word(text, finder),
            Test::Regex(regex) => regex.is_match(text),
            Test::PatternSet(set) => set.load().is_match(text),
            Test::Size {
                operator,
                size,
                whole_body,
            } => {
                let length = if *whole_body {
                    self.request.body_length
                } else {
                    text.len() as u64
                };
                compare(length, *operator, *size)
            }
            Test::Sqli(sensitivity) => match sqli::detect(text, *sensitivity) {
                Some(found) => {
                    let level = if *sensitivity == Sensitivity::High {
                        "HIGH"
                    } else {
                        "LOW"
                    };
                    self.note(
                        ConditionType::SqlInjection,
                        Some(level),
                        slot,
                        item,
                        &found.matched_data,
                    )
                }
                None => false,
            },
            Test::Xss => match xss::detect(text) {
                Some(found) => self.note(ConditionType::Xss, None, slot, item, &found.matched_data),
                None => false,
            },
        }
    }

    fn note(
        &mut self,
        condition_type: ConditionType,
        sensitivity_level: Option<&'static str>,
        slot: SlotId,
        item: Item,
        data: &[Vec<u8>],
    ) -> bool {
        let name = &self.scratch.arena[item.name()];
        self.details.push(MatchDetail {
            condition_type,
            sensitivity_level,
            location: location(root(self.plan, slot)),
            matched_data: data
                .iter()
                .map(|token| String::from_utf8_lossy(token).into_owned())
                .collect(),
            matched_field_name: (!name.is_empty()).then(|| String::from_utf8_lossy(name).into_owned()),
        });
        true
    }

    fn note_oversize(&mut self, slot: SlotId) {
        let field = match root(self.plan, slot) {
            FieldKey::JsonBody { .. } => OversizeField::JsonBody,
            FieldKey::Headers { .. } | FieldKey::HeaderOrder => OversizeField::Headers,
            FieldKey::Cookies { .. } => OversizeField::Cookies,
            _ => OversizeField::Body,
        };
        if !self.oversize.contains(&field) {
            self.oversize.push(field);
        }
    }
}

/// A place in the scratch's bits, with a bit for each statement on a slot.
#[derive(Clone, Copy)]
struct Bits {
    start: usize,
    words: usize,
}

impl Bits {
    fn of_item(self, nth: usize) -> Self {
        let start = self.start + self.words * (nth + 1);
        Self { start, ..self }
    }
}

/// Whether the same text always has the same answer: sets of patterns are replaced while a plan is in use, and the
/// length of a body is more than what is seen of it.
fn is_about_text_alone(test: &Test) -> bool {
    !matches!(test, Test::PatternSet(_) | Test::Size { whole_body: true, .. })
}

/// The component that a slot is made from.
pub(super) fn root(plan: &Plan, slot: SlotId) -> &FieldKey {
    let mut at = slot;
    loop {
        match &plan.slots[at as usize].source {
            Source::Field(field) => return field,
            Source::Transformed { parent, .. } => at = *parent,
        }
    }
}

/// As `ruleMatchDetails.location` in logs has it.
pub(super) fn location(field: &FieldKey) -> &'static str {
    match field {
        FieldKey::SingleHeader(_) | FieldKey::Headers { .. } => "HEADER",
        FieldKey::SingleQueryArgument { .. } => "SINGLE_QUERY_ARG",
        FieldKey::AllQueryArguments { .. } => "ALL_QUERY_ARGS",
        FieldKey::UriPath => "URI",
        FieldKey::QueryString => "QUERY_STRING",
        FieldKey::Body => "BODY",
        FieldKey::JsonBody { .. } => "JSON_BODY",
        FieldKey::Method => "METHOD",
        FieldKey::Cookies { .. } | FieldKey::Cookie(_) => "COOKIE",
        FieldKey::HeaderOrder => "HEADER_ORDER",
        FieldKey::Ja3Fingerprint => "JA3_FINGERPRINT",
        FieldKey::Ja4Fingerprint => "JA4_FINGERPRINT",
        FieldKey::UriFragment => "URI_FRAGMENT",
    }
}

fn compare(length: u64, operator: ComparisonOperator, size: u64) -> bool {
    match operator {
        ComparisonOperator::Eq => length == size,
        ComparisonOperator::Ne => length != size,
        ComparisonOperator::Le => length <= size,
        ComparisonOperator::Lt => length < size,
        ComparisonOperator::Ge => length >= size,
        ComparisonOperator::Gt => length > size,
    }
}

/// API reference, `PositionalConstraint`: the text stands alone, between characters that are neither letters nor
/// digits nor underscores. Occurrences don't overlap in a way that matters: a word that starts inside another
/// occurrence has a word character before it.
fn contains_word(text: &[u8], finder: &Finder<'_>) -> bool {
    let is_word = |byte: &u8| byte.is_ascii_alphanumeric() || *byte == b'_';
    finder.find_iter(text).any(|start| {
        let before = start.checked_sub(1).and_then(|at| text.get(at));
        let after = text.get(start + finder.needle().len());
        !before.is_some_and(is_word) && !after.is_some_and(is_word)
    })
}
