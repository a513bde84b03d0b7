//! The table of distinct components after transformations.

use super::FieldKey;
use super::scan::Scan;
use crate::model::{TextTransformation, TextTransformationType};
use crate::regex::Needs;
use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

static NEXT_NUMBER: AtomicU64 = AtomicU64::new(1);

/// Index into [`super::Plan::slots`]; a slot comes after the one that it is made from.
pub(crate) type SlotId = u32;

#[derive(Debug)]
pub(crate) struct Slot {
    /// No other slot of any plan of this process has it. From 1.
    pub(crate) number: u64,
    pub(crate) source: Source,
    pub(crate) scan: Option<Arc<Scan>>,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Source {
    Field(FieldKey),
    Transformed {
        parent: SlotId,
        kind: TextTransformationType,
    },
}

#[derive(Default)]
pub(super) struct SlotTable {
    sources: Vec<Source>,
    known: HashMap<Source, SlotId>,
    /// For each slot, what each statement on it needs.
    needs: Vec<Vec<Vec<Needs>>>,
}

impl SlotTable {
    /// The slot of a component after a chain, in the order of priorities.
    pub(super) fn slot(&mut self, field: FieldKey, chain: &[TextTransformation]) -> SlotId {
        let mut steps: Vec<_> = chain.iter().collect();
        steps.sort_by_key(|step| step.priority);
        let root = self.intern(Source::Field(field));
        steps
            .into_iter()
            .filter(|step| step.r#type != TextTransformationType::None)
            .fold(root, |parent, step| {
                self.intern(Source::Transformed {
                    parent,
                    kind: step.r#type,
                })
            })
    }

    fn intern(&mut self, source: Source) -> SlotId {
        if let Some(&id) = self.known.get(&source) {
            return id;
        }
        let id = self.sources.len() as SlotId;
        self.sources.push(source.clone());
        self.needs.push(Vec::new());
        self.known.insert(source, id);
        id
    }

    /// Registers a statement with what one of its branches needs; its number on the slot.
    pub(super) fn register(&mut self, slot: SlotId, needs: Vec<Needs>) -> u32 {
        let statements = &mut self.needs[slot as usize];
        statements.push(needs);
        (statements.len() - 1) as u32
    }

    pub(super) fn finish(self) -> Vec<Slot> {
        self.sources
            .into_iter()
            .zip(self.needs)
            .map(|(source, needs)| Slot {
                number: NEXT_NUMBER.fetch_add(1, Ordering::Relaxed),
                source,
                scan: Scan::shared(needs),
            })
            .collect()
    }
}
