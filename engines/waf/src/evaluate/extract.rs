//! From the request to the texts of a slot.

use super::Evaluation;
use super::scratch::{Scratch, SlotState};
use crate::compile::{FieldKey, SlotId, Source};
use crate::model::{MatchScope, PreParseTextTransformationType, TextTransformationType};
use crate::request::json::{self, Completeness};
use crate::request::{HttpRequest, Limits, cookies, query};
use crate::transform::{Outcome, acts_on, apply, pre_parse::apply_pre_parse};

impl Evaluation<'_, '_, '_> {
    /// Computes a slot, and those that it is made from, unless that was done before.
    pub(super) fn compute(&mut self, id: SlotId) -> SlotState {
        let state = self.scratch.slots[id as usize];
        if state.computed {
            return state;
        }
        let state = match &self.plan.slots[id as usize].source {
            Source::Field(field) => extract(field, self.request, &self.environment.limits, self.scratch),
            Source::Transformed { parent: from, kind } => {
                let mut parent = self.compute(*from);
                let acts_on = acts_on(*kind);
                if acts_on.is_some() && parent.kinds.is_none() {
                    parent.kinds = Some(self.scratch.kinds(parent));
                    self.scratch.slots[*from as usize].kinds = parent.kinds;
                }
                match (acts_on, parent.kinds) {
                    (Some(acts_on), Some(kinds)) if acts_on & kinds == 0 => {
                        SlotState { scanned: 0, ..parent }
                    }
                    _ => transform(parent, *kind, self.scratch),
                }
            }
        };
        self.scratch.slots[id as usize] = state;
        state
    }
}

fn transform(parent: SlotState, kind: TextTransformationType, scratch: &mut Scratch) -> SlotState {
    let first = scratch.items.len();
    let mut unchanged = true;
    for at in parent.items() {
        let item = scratch.items[at];
        let text = item.text();
        let outcome = apply(kind, &scratch.arena[text.clone()], &mut scratch.buffer);
        unchanged &= outcome == Outcome::Unchanged;
        let text = match outcome {
            Outcome::Unchanged => text,
            Outcome::Part { start, end } => text.start + start..text.start + end,
            Outcome::Written => {
                let start = scratch.arena.len();
                scratch.arena.extend_from_slice(&scratch.buffer);
                start..scratch.arena.len()
            }
        };
        scratch.items.push(item.with_text(text));
    }
    if unchanged {
        scratch.items.truncate(first);
        return SlotState { scanned: 0, ..parent };
    }
    let state = SlotState {
        scanned: 0,
        kinds: None,
        ..parent
    };
    state.with_items(first..scratch.items.len())
}

/// The guide: "if a web request doesn't have the request component that's specified in the rule statement, AWS WAF
/// evaluates the request as not matching". Missing are here: a header, argument, cookie or fingerprint that is not
/// there, a query string without `?`, a fragment without `#`, a body of no bytes.
fn extract(field: &FieldKey, request: &HttpRequest<'_>, limits: &Limits, scratch: &mut Scratch) -> SlotState {
    let first = scratch.items.len();
    let mut state = SlotState {
        computed: true,
        ..SlotState::default()
    };
    match field {
        FieldKey::UriPath => scratch.push(b"", request.path),
        FieldKey::Method => scratch.push(b"", request.method),
        FieldKey::QueryString => push_optional(request.query, scratch),
        FieldKey::UriFragment => push_optional(request.fragment, scratch),
        FieldKey::Ja3Fingerprint => push_optional(request.ja3.map(str::as_bytes), scratch),
        FieldKey::Ja4Fingerprint => push_optional(request.ja4.map(str::as_bytes), scratch),
        FieldKey::SingleHeader(name) => {
            request
                .header_values(name)
                .for_each(|value| scratch.push(name, value));
        }
        FieldKey::Cookie(name) => cookies::cookies(request.headers)
            .filter(|(known, _)| *known == name.as_slice())
            .for_each(|(name, value)| scratch.push(name, value)),
        FieldKey::SingleQueryArgument { name, pre_parse } => {
            with_query(request, pre_parse, scratch, |found, value, scratch| {
                if found.eq_ignore_ascii_case(name) {
                    scratch.push(found, value);
                }
            });
        }
        FieldKey::AllQueryArguments { pre_parse } => {
            with_query(request, pre_parse, scratch, |name, value, scratch| {
                scratch.push(name, value);
            });
        }
        FieldKey::Body => {
            state.oversize = request.body_is_oversize(limits);
            if !request.body.is_empty() {
                scratch.push(b"", request.inspected_body(limits));
            }
        }
        FieldKey::JsonBody { pointers, scope } => {
            state.oversize = request.body_is_oversize(limits);
            let body = request.inspected_body(limits);
            state.present = !body.is_empty();
            let mut reader = std::mem::take(&mut scratch.json);
            let end = json::extract(body, pointers, *scope, &mut reader, |text| {
                scratch.push(b"", text);
            });
            scratch.json = reader;
            state.invalid = state.present && end == Completeness::Stopped;
        }
        FieldKey::Headers { names, scope } => {
            let mut budget = Budget::new(limits);
            for (name, value) in request.headers {
                let Some(value) = budget.spend(name, value) else {
                    break;
                };
                if names.has(|known| known.eq_ignore_ascii_case(name)) {
                    push_scoped(*scope, name, value, scratch);
                }
            }
            state.oversize = budget.exceeded;
        }
        FieldKey::Cookies { names, scope } => {
            let mut budget = Budget::new(limits);
            for (name, value) in cookies::cookies(request.headers) {
                let Some(value) = budget.spend(name, value) else {
                    break;
                };
                if names.has(|known| known == name) {
                    push_scoped(*scope, name, value, scratch);
                }
            }
            state.oversize = budget.exceeded;
        }
        FieldKey::HeaderOrder => {
            let mut budget = Budget::new(limits);
            let mut order = std::mem::take(&mut scratch.buffer);
            order.clear();
            for (name, value) in request.headers {
                if budget.spend(name, value).is_none() {
                    break;
                }
                if !order.is_empty() {
                    order.push(b':');
                }
                order.extend(name.iter().map(u8::to_ascii_lowercase));
            }
            if !order.is_empty() {
                scratch.push(b"", &order);
            }
            scratch.buffer = order;
            state.oversize = budget.exceeded;
        }
    }
    state.present |= scratch.items.len() > first;
    state.with_items(first..scratch.items.len())
}

fn push_optional(text: Option<&[u8]>, scratch: &mut Scratch) {
    if let Some(text) = text {
        scratch.push(b"", text);
    }
}

fn push_scoped(scope: MatchScope, name: &[u8], value: &[u8], scratch: &mut Scratch) {
    if scope != MatchScope::Value {
        scratch.push(name, name);
    }
    if scope != MatchScope::Key {
        scratch.push(name, value);
    }
}

fn with_query(
    request: &HttpRequest<'_>,
    pre_parse: &[PreParseTextTransformationType],
    scratch: &mut Scratch,
    mut found: impl FnMut(&[u8], &[u8], &mut Scratch),
) {
    let Some(query) = request.query else { return };
    if pre_parse.is_empty() {
        for (name, value) in query::arguments(query) {
            found(name, value, scratch);
        }
        return;
    }
    let (mut from, mut to) = (
        std::mem::take(&mut scratch.buffer),
        std::mem::take(&mut scratch.second),
    );
    from.clear();
    from.extend_from_slice(query);
    for kind in pre_parse {
        match apply_pre_parse(*kind, &from, &mut to) {
            Outcome::Unchanged => {}
            Outcome::Part { start, end } => {
                from.truncate(end);
                from.drain(..start);
            }
            Outcome::Written => std::mem::swap(&mut from, &mut to),
        }
    }
    for (name, value) in query::arguments(&from) {
        found(name, value, scratch);
    }
    (scratch.buffer, scratch.second) = (from, to);
}

/// How much of headers or cookies is still inspected.
struct Budget {
    bytes: usize,
    count: usize,
    exceeded: bool,
}

impl Budget {
    fn new(limits: &Limits) -> Self {
        Self {
            bytes: limits.header_bytes,
            count: limits.header_count,
            exceeded: false,
        }
    }

    /// The part of the value that is inspected; `None` when the entry is not inspected at all. Name, value and
    /// four bytes for `: ` and the line's end count, as on the wire.
    fn spend<'v>(&mut self, name: &[u8], value: &'v [u8]) -> Option<&'v [u8]> {
        if self.count == 0 || self.bytes < name.len() {
            self.exceeded = true;
            return None;
        }
        self.count -= 1;
        self.bytes -= name.len();
        let part = &value[..value.len().min(self.bytes)];
        self.exceeded |= part.len() < value.len();
        self.bytes = self.bytes.saturating_sub(part.len() + 4);
        Some(part)
    }
}
