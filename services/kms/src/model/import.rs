//! Imported key material: what may arrive, what is lost, and what a multi-Region family makes of it.
//!
//! Source: KMS developer guide, "Importing key material", and the KMS API reference, "ImportKeyMaterial" and
//! "DeleteImportedKeyMaterial". A key works only while all material that has ever been current is there; material
//! that waits for its rotation does not count.

use haechi_crypto::{KeySpec, MaterialId, Sealed};

use super::key::Key;
use super::material::{Material, MaterialState};
use super::state::KeyState;

/// `ImportType`: what the caller believes of the material.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ImportType {
    /// The key has never had it.
    New,
    /// The key has had it before.
    Existing,
}

/// Material that has been unwrapped, parsed and sealed.
#[derive(Debug, Clone)]
pub(crate) struct Arrival {
    pub(crate) id: MaterialId,
    pub(crate) sealed: Sealed,
    /// `None` where the caller does not say: new for a key without material, existing for others.
    pub(crate) import_type: Option<ImportType>,
    pub(crate) now_ms: i64,
    pub(crate) expires_ms: Option<i64>,
    /// `None` keeps what was said when the same material came before.
    pub(crate) description: Option<String>,
}

/// Why material is not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ImportRefusal {
    /// It was announced as new, and the key has it already.
    AlreadyKnown,
    /// It is not the material that the key has had.
    Unknown,
    /// It is new, and other new material still waits for its rotation.
    AnotherPending(MaterialId),
    /// New material comes to a multi-Region family by its primary.
    ReplicaTakesNoNew,
}

impl Key {
    /// Takes imported material in.
    pub(crate) fn accept(&mut self, arrival: Arrival) -> Result<(), ImportRefusal> {
        let known = self.materials.iter().position(|m| m.id == arrival.id);
        match (known, arrival.import_type) {
            (Some(_), Some(ImportType::New)) => return Err(ImportRefusal::AlreadyKnown),
            (Some(at), _) => {
                let material = &mut self.materials[at];
                material.sealed = Some(arrival.sealed);
                material.expires_ms = arrival.expires_ms;
                if arrival.description.is_some() {
                    material.description = arrival.description;
                }
            }
            (None, Some(ImportType::Existing)) => return Err(ImportRefusal::Unknown),
            (None, None) if !self.materials.is_empty() => return Err(ImportRefusal::Unknown),
            (None, _) => {
                let state = self.place_for_new()?;
                self.materials.push(Material {
                    id: arrival.id,
                    sealed: Some(arrival.sealed),
                    state,
                    created_ms: arrival.now_ms,
                    rotated_ms: None,
                    rotation: None,
                    expires_ms: arrival.expires_ms,
                    description: arrival.description,
                });
            }
        }
        self.follow_material();
        Ok(())
    }

    /// The first material is current at once; further material waits for RotateKeyOnDemand.
    fn place_for_new(&self) -> Result<MaterialState, ImportRefusal> {
        if self.is_replica() {
            return Err(ImportRefusal::ReplicaTakesNoNew);
        }
        if self.materials.is_empty() {
            return Ok(MaterialState::Current);
        }
        if self.spec != KeySpec::Symmetric {
            return Err(ImportRefusal::Unknown);
        }
        match self.materials.iter().find(|m| m.is_pending()) {
            Some(pending) => Err(ImportRefusal::AnotherPending(pending.id)),
            None => Ok(MaterialState::PendingRotation),
        }
    }

    /// Imported material expires or is deleted. What only waited for its rotation is forgotten; of the rest the key
    /// remembers the id, since nothing else may take its place.
    pub(crate) fn lose_material(&mut self, id: &MaterialId) {
        let forgets = !self.is_replica();
        self.materials
            .retain(|m| m.id != *id || !m.is_pending() || !forgets);
        for material in self.materials.iter_mut().filter(|m| m.id == *id) {
            material.sealed = None;
            material.expires_ms = None;
        }
        self.follow_material();
    }

    /// Brings the key's state in line with the material that is there.
    fn follow_material(&mut self) {
        let complete = self.current_material().is_some()
            && self.materials.iter().all(|m| m.is_pending() || m.is_present());
        match (self.state, complete) {
            (KeyState::PendingImport, true) => self.state = KeyState::Enabled,
            (KeyState::Enabled | KeyState::Disabled | KeyState::Updating, false) => {
                self.state = KeyState::PendingImport;
            }
            _ => {}
        }
    }
}

impl Material {
    /// Whether it has not been current yet.
    pub(crate) fn is_pending(&self) -> bool {
        matches!(
            self.state,
            MaterialState::PendingRotation | MaterialState::PendingMultiRegionImportAndRotation
        )
    }

    /// The same material without its secret: what another Region knows of it before it is imported there.
    fn announced(&self) -> Self {
        Self {
            sealed: None,
            expires_ms: None,
            ..self.clone()
        }
    }
}

/// Brings the replicas of a family in line with their primary: they know of all its material, forget what it forgot
/// while it was pending, and new material is ready for rotation once every Region has it.
pub(crate) fn align_family(primary: &mut Key, replicas: &mut [&mut Key]) {
    for replica in replicas.iter_mut() {
        replica
            .materials
            .retain(|m| !m.is_pending() || primary.material(&m.id).is_some());
        for material in &primary.materials {
            if replica.material(&material.id).is_none() {
                replica.materials.push(material.announced());
            }
        }
    }
    for material in primary.materials.iter_mut().filter(|m| m.is_pending()) {
        let id = material.id;
        let everywhere = material.is_present()
            && replicas
                .iter()
                .all(|replica| replica.material(&id).is_some_and(Material::is_present));
        material.state = if everywhere {
            MaterialState::PendingRotation
        } else {
            MaterialState::PendingMultiRegionImportAndRotation
        };
        for replica in replicas.iter_mut() {
            for theirs in replica.materials.iter_mut().filter(|m| m.id == id) {
                theirs.state = material.state;
            }
        }
    }
}

#[cfg(test)]
mod tests;
