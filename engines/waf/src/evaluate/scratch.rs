//! Memory that evaluations reuse: one per thread, or one per connection.

use super::memory::Memory;
use crate::regex::bytes::{self, Kinds};
use crate::request::json::JsonScratch;
use std::ops::Range;

/// The working memory of evaluations. It keeps what it grew to, which the limits of a request bound.
#[derive(Debug, Default)]
pub struct Scratch {
    /// Bytes of all components, raw and transformed.
    pub(super) arena: Vec<u8>,
    pub(super) items: Vec<Item>,
    pub(super) slots: Vec<SlotState>,
    /// Candidate bits of scanned slots.
    pub(super) bits: Vec<u64>,
    /// Literals found in one text.
    pub(super) found: Vec<u64>,
    pub(super) buffer: Vec<u8>,
    pub(super) second: Vec<u8>,
    pub(super) json: JsonScratch,
    /// Outlives requests, and plans.
    pub(super) memory: Memory,
}

/// One text of a component: a value of a header, a key of a JSON body. Positions in the arena.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Item {
    start: u32,
    end: u32,
    name_start: u32,
    name_end: u32,
}

impl Item {
    pub(super) fn text(self) -> Range<usize> {
        self.start as usize..self.end as usize
    }

    pub(super) fn name(self) -> Range<usize> {
        self.name_start as usize..self.name_end as usize
    }

    pub(super) fn with_text(self, text: Range<usize>) -> Self {
        Self {
            start: text.start as u32,
            end: text.end as u32,
            ..self
        }
    }
}

#[derive(Clone, Copy, Debug, Default)]
pub(super) struct SlotState {
    pub(super) computed: bool,
    /// The request has the component.
    pub(super) present: bool,
    /// There was more of it than is inspected.
    pub(super) oversize: bool,
    /// Reading the JSON body stopped before its end.
    pub(super) invalid: bool,
    pub(super) first: u32,
    pub(super) last: u32,
    /// Place of the candidate bits plus one; 0 before the scan.
    pub(super) scanned: u32,
    /// The kinds of bytes in all texts together, once asked for.
    pub(super) kinds: Option<Kinds>,
}

impl SlotState {
    pub(super) fn items(self) -> Range<usize> {
        self.first as usize..self.last as usize
    }

    pub(super) fn with_items(self, items: Range<usize>) -> Self {
        Self {
            first: items.start as u32,
            last: items.end as u32,
            ..self
        }
    }
}

impl Scratch {
    /// Empty.
    pub fn new() -> Self {
        Self::default()
    }

    pub(super) fn reset(&mut self, slots: usize) {
        self.arena.clear();
        self.items.clear();
        self.bits.clear();
        self.slots.clear();
        self.slots.resize(slots, SlotState::default());
    }

    /// The kinds of bytes in the texts of a slot.
    pub(super) fn kinds(&self, state: SlotState) -> Kinds {
        state.kinds.unwrap_or_else(|| {
            self.items[state.items()]
                .iter()
                .fold(0, |all, item| all | bytes::present(&self.arena[item.text()]))
        })
    }

    /// Copies a text into the arena.
    pub(super) fn copy(&mut self, text: &[u8]) -> Range<usize> {
        let start = self.arena.len();
        self.arena.extend_from_slice(text);
        start..self.arena.len()
    }

    pub(super) fn push(&mut self, name: &[u8], text: &[u8]) {
        let name = self.copy(name);
        let text = self.copy(text);
        self.items.push(Item {
            start: text.start as u32,
            end: text.end as u32,
            name_start: name.start as u32,
            name_end: name.end as u32,
        });
    }
}
