//! Explanations: which statement looked at which bytes and what it answered.

use super::Evaluation;
use super::matching::{location, root};
use super::scratch::Item;
use crate::compile::{FieldKey, Match, Plan, SlotId, Source, Test};
use crate::model::TextTransformationType;
use std::ops::Range;

/// Longer texts are cut.
const SHOWN: usize = 512;

/// All that statements looked at, in order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Explanation<'p> {
    /// One per statement and text; logical statements come after their children.
    pub steps: Vec<Step<'p>>,
}

/// One answer of one statement.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step<'p> {
    /// The web ACL's rule.
    pub rule: &'p str,
    /// The rule group's rule.
    pub rule_in_group: Option<&'p str>,
    /// From the rule's statement down, such as `AndStatement.Statements[1].ByteMatchStatement`.
    pub statement: &'p str,
    /// The statement's own capacity units.
    pub capacity: u64,
    /// What it answered.
    pub matched: bool,
    /// What it looked at; `None` for statements that look at no text.
    pub inspected: Option<Inspected>,
}

/// What a statement looked at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Inspected {
    /// Such as `HEADER`, `BODY`.
    pub component: &'static str,
    /// Name of the header, argument or cookie.
    pub name: Option<String>,
    /// The transformations, in order.
    pub transformations: Vec<TextTransformationType>,
    /// The text after them, at most 512 bytes of it; `None` when the component was missing, oversize or unreadable
    /// and the statement's setting for that answered.
    pub text: Option<Vec<u8>>,
    /// Where in the text the match is, if the statement can say.
    pub span: Option<Range<usize>>,
}

impl<'p> Evaluation<'p, '_, '_> {
    pub(super) fn explain_answer(&mut self, id: u32, matched: bool) {
        self.step(id, matched, None);
    }

    pub(super) fn explain_test(
        &mut self,
        id: u32,
        test: &'p Match,
        slot: SlotId,
        item: Option<Item>,
        hit: bool,
    ) {
        let text = item.map(|item| &self.scratch.arena[item.text()]);
        let field = root(self.plan, slot);
        let name = item
            .map(|item| &self.scratch.arena[item.name()])
            .filter(|name| !name.is_empty());
        let inspected = Inspected {
            component: location(field),
            name: match field {
                FieldKey::SingleHeader(name) | FieldKey::SingleQueryArgument { name, .. } => {
                    Some(name.as_slice())
                }
                _ => name,
            }
            .map(|name| String::from_utf8_lossy(name).into_owned()),
            transformations: chain(self.plan, slot),
            text: text.map(|text| text[..text.len().min(SHOWN)].to_vec()),
            span: text.filter(|_| hit).and_then(|text| span(&test.test, text)),
        };
        self.step(id, hit, Some(inspected));
    }

    fn step(&mut self, id: u32, matched: bool, inspected: Option<Inspected>) {
        let meta = &self.plan.statements[id as usize];
        let (rule, rule_in_group) = self.rule;
        if let Some(explanation) = &mut self.explanation {
            explanation.steps.push(Step {
                rule,
                rule_in_group,
                statement: &meta.path,
                capacity: meta.capacity,
                matched,
                inspected,
            });
        }
    }
}

fn chain(plan: &Plan, slot: SlotId) -> Vec<TextTransformationType> {
    let mut kinds = Vec::new();
    let mut at = slot;
    while let Source::Transformed { parent, kind } = &plan.slots[at as usize].source {
        kinds.push(*kind);
        at = *parent;
    }
    kinds.reverse();
    kinds
}

fn span(test: &Test, text: &[u8]) -> Option<Range<usize>> {
    match test {
        Test::Exactly(_) => Some(0..text.len()),
        Test::StartsWith(wanted) => Some(0..wanted.len()),
        Test::EndsWith(wanted) => Some(text.len() - wanted.len()..text.len()),
        Test::Contains(finder) | Test::ContainsWord(finder) => finder
            .find(text)
            .map(|start| start..start + finder.needle().len()),
        Test::Regex(regex) => regex.find(text),
        Test::PatternSet(set) => set.load().first_match(text).and_then(|regex| regex.find(text)),
        Test::Size { .. } | Test::Sqli(_) | Test::Xss => None,
    }
}
