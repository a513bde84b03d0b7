//! Typed tables.
//!
//! A stored value is one byte of version, then JSON. JSON, because an auditor can open the data file with the
//! database's own tools and read what is there; because fields can be added with a serde default and no migration;
//! and because the decoded cache keeps parsing off the hot path. When a change goes beyond that, the version is
//! raised and [`Table::upgraded_by`] says how older records become new ones; they are upgraded when they are read
//! and written back in the new form when they next change.

use std::marker::PhantomData;

use bytes::Bytes;
use serde::{Serialize, de::DeserializeOwned};
use serde_json::Value;

use crate::{Key, KeyBuilder, KeyPart, Scope, StoreError};

/// What a table can hold.
pub trait Record: Serialize + DeserializeOwned + Send + Sync + 'static {}
impl<T: Serialize + DeserializeOwned + Send + Sync + 'static> Record for T {}

/// Turns the JSON of an older version (the first argument) into that of the newest, or says why it can't.
pub type Upgrade = fn(u8, Value) -> Result<Value, String>;

/// A table of records of one type. Declare it as a `const` in the service that owns it.
pub struct Table<T> {
    service: &'static str,
    name: &'static str,
    version: u8,
    upgrade: Option<Upgrade>,
    guarded: bool,
    record: PhantomData<fn() -> T>,
}

impl<T> Table<T> {
    /// A table whose records are written in this version.
    pub const fn new(service: &'static str, name: &'static str, version: u8) -> Self {
        Self {
            service,
            name,
            version,
            upgrade: None,
            guarded: false,
            record: PhantomData,
        }
    }

    /// Says how records of older versions become records of this one.
    pub const fn upgraded_by(self, upgrade: Upgrade) -> Self {
        Self {
            upgrade: Some(upgrade),
            ..self
        }
    }

    /// The same records as another type, such as one with a few of the fields, for reading through a great
    /// many. A type that can't be serialized can't be written by mistake.
    pub const fn viewed_as<U>(&self) -> Table<U> {
        Table {
            service: self.service,
            name: self.name,
            version: self.version,
            upgrade: self.upgrade,
            guarded: self.guarded,
            record: PhantomData,
        }
    }

    /// Counts insertions and removals per scope, so that [`crate::Txn::list_locked`] can rely on having seen every
    /// record. It costs one more written key per change; inserts still don't conflict with each other.
    pub const fn guarded(self) -> Self {
        Self {
            guarded: true,
            ..self
        }
    }

    /// The owning service.
    pub const fn service(&self) -> &'static str {
        self.service
    }

    /// The table's name.
    pub const fn name(&self) -> &'static str {
        self.name
    }

    pub(crate) const fn is_guarded(&self) -> bool {
        self.guarded
    }

    /// The key of one record.
    pub fn key(&self, scope: &Scope, id: &impl KeyPart) -> Key {
        Key::build(scope, self.service, self.name).part(id).finish()
    }

    /// The prefix of all records in a scope.
    pub fn scope_key(&self, scope: &Scope) -> Key {
        Key::build(scope, self.service, self.name).finish()
    }

    /// The prefix of all records everywhere.
    pub fn root(&self) -> Key {
        KeyBuilder::table(self.service, self.name).finish()
    }

    /// The key that changes whenever a record of a guarded table is inserted or removed in a scope.
    pub(crate) fn epoch_key(&self, scope: &Scope) -> Key {
        Key::build(scope, "_epoch", self.service).str(self.name).finish()
    }
}

impl<T: Record> Table<T> {
    /// The stored form of a record.
    pub(crate) fn encode(&self, key: &Key, record: &T) -> Result<Bytes, StoreError> {
        let mut bytes = Vec::with_capacity(256);
        bytes.push(self.version);
        serde_json::to_writer(&mut bytes, record).map_err(|error| StoreError::Encode {
            key: key.clone(),
            reason: error.to_string(),
        })?;
        Ok(bytes.into())
    }
}

impl<T: DeserializeOwned> Table<T> {
    /// A record from its stored form, upgraded if it is an older one.
    pub(crate) fn decode(&self, key: &Key, bytes: &[u8]) -> Result<T, StoreError> {
        let corrupt = |reason: String| StoreError::Corrupt {
            key: key.clone(),
            reason,
        };
        let (&found, json) = bytes.split_first().ok_or_else(|| corrupt("it is empty".into()))?;
        if found == self.version {
            return serde_json::from_slice(json).map_err(|error| corrupt(error.to_string()));
        }
        if found > self.version {
            return Err(StoreError::TooNew {
                key: key.clone(),
                found,
                newest: self.version,
            });
        }
        let upgrade = self
            .upgrade
            .ok_or_else(|| corrupt(format!("no upgrade from version {found} is known")))?;
        let value = serde_json::from_slice(json).map_err(|error| corrupt(error.to_string()))?;
        let value = upgrade(found, value).map_err(corrupt)?;
        serde_json::from_value(value).map_err(|error| StoreError::Corrupt {
            key: key.clone(),
            reason: error.to_string(),
        })
    }
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;
    use serde_json::json;

    use super::*;

    #[derive(Debug, PartialEq, Serialize, Deserialize)]
    struct Old {
        name: String,
    }
    #[derive(Debug, PartialEq, Serialize, Deserialize)]
    struct New {
        names: Vec<String>,
    }
    const OLD: Table<Old> = Table::new("test", "things", 1);
    const NEW: Table<New> =
        Table::new("test", "things", 2).upgraded_by(|_, old| Ok(json!({ "names": [old["name"]] })));

    fn key() -> Key {
        NEW.key(&Scope::deployment(), &"a")
    }

    #[test]
    fn a_record_of_an_older_version_is_upgraded_when_read() {
        let stored = OLD
            .encode(
                &key(),
                &Old {
                    name: "haechi".into(),
                },
            )
            .unwrap();
        assert_eq!(
            NEW.decode(&key(), &stored).unwrap(),
            New {
                names: vec!["haechi".into()]
            }
        );
    }

    #[test]
    fn a_record_of_a_newer_version_is_refused_rather_than_misread() {
        let stored = NEW.encode(&key(), &New { names: vec![] }).unwrap();
        assert!(matches!(
            OLD.decode(&key(), &stored),
            Err(StoreError::TooNew {
                found: 2,
                newest: 1,
                ..
            })
        ));
    }

    #[test]
    fn a_damaged_record_is_an_error_that_names_it() {
        for damaged in [&b""[..], b"\x02", b"\x02{\"names\":", b"\x01{}"] {
            let error = NEW.decode(&key(), damaged).unwrap_err().to_string();
            assert!(error.contains("/test/things/-/-/-/a"), "{error}");
        }
    }
}
