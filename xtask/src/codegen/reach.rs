//! What a service's operations reach: its structures, types and enumerations, by name.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::{Result, ensure};
use haechi_wire::{Kind, Member, ServiceSchema, StructKind, StructSchema, TypeSchema};

use super::names;

/// Everything that is reached, in the order of names.
#[derive(Default)]
pub(crate) struct Reach {
    /// The structures.
    pub(crate) structures: BTreeMap<&'static str, &'static StructSchema>,
    /// The types.
    pub(crate) types: BTreeMap<&'static str, &'static TypeSchema>,
    /// The errors among the structures.
    pub(crate) errors: BTreeMap<&'static str, &'static StructSchema>,
    /// The patterns of the types.
    pub(crate) patterns: BTreeSet<&'static str>,
}

impl Reach {
    /// Walks a service.
    pub(crate) fn of(service: &ServiceSchema) -> Result<Self> {
        let mut reach = Self::default();
        for operation in service.operations {
            for structure in [operation.input, operation.output]
                .into_iter()
                .chain(operation.errors.iter().copied())
            {
                if !is_absent(structure) {
                    reach.structure(structure);
                }
            }
        }
        for (name, structure) in &reach.structures {
            if matches!(structure.kind, StructKind::Error(_)) {
                reach.errors.insert(name, structure);
            }
        }
        reach.names_are_unique()?;
        Ok(reach)
    }

    /// The enumerations.
    pub(crate) fn enumerations(&self) -> impl Iterator<Item = &'static TypeSchema> {
        self.types
            .values()
            .copied()
            .filter(|schema| is_enumeration(schema))
    }

    /// The structures that get a Rust type: all but errors that have nothing but a message.
    pub(crate) fn typed(&self) -> impl Iterator<Item = &'static StructSchema> {
        self.structures
            .values()
            .copied()
            .filter(|structure| !is_plain_error(structure))
    }

    fn structure(&mut self, structure: &'static StructSchema) {
        if self.structures.insert(structure.name, structure).is_none() {
            for member in structure.members {
                self.member(member);
            }
        }
    }

    fn member(&mut self, member: &'static Member) {
        let target = member.target;
        if self.types.insert(target.name, target).is_some() {
            return;
        }
        self.patterns
            .extend(target.constraints.pattern.map(|pattern| pattern.source));
        match &target.kind {
            Kind::List { member } => self.member(member),
            Kind::Map { key, value } => {
                self.member(key);
                self.member(value);
            }
            Kind::Struct(structure) => self.structure(structure.schema()),
            _ => {}
        }
    }

    fn names_are_unique(&self) -> Result<()> {
        let reserved = ["String", "Vec", "Option", "Box", "BTreeMap", "Blob", "Timestamp"];
        let mut types: BTreeSet<String> = reserved.map(Into::into).into();
        let typed = self.typed().map(|structure| structure.name);
        for name in typed.chain(self.enumerations().map(|schema| schema.name)) {
            ensure!(
                types.insert(names::type_name(name)),
                "two shapes would have the Rust type name of {name}"
            );
        }
        let mut statics = BTreeSet::new();
        for name in self.types.keys() {
            ensure!(
                statics.insert(names::constant(name)),
                "two types would have the static name of {name}"
            );
        }
        Ok(())
    }
}

/// Whether the model names no structure here.
pub(crate) fn is_absent(structure: &StructSchema) -> bool {
    structure.name == "Empty" && structure.members.is_empty()
}

/// Whether a type is an enumeration.
pub(crate) fn is_enumeration(schema: &TypeSchema) -> bool {
    matches!(schema.kind, Kind::String) && !schema.constraints.values.is_empty()
}

/// An error with no member but its message.
pub(crate) fn is_plain_error(structure: &StructSchema) -> bool {
    matches!(structure.kind, StructKind::Error(_))
        && structure
            .members
            .iter()
            .all(|member| member.name.eq_ignore_ascii_case("message"))
}
