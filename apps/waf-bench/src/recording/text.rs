//! JSON strings that borrow where they can, and lists of headers in the shapes that people write.

use std::borrow::Cow;
use std::fmt;

use serde::de::{Deserialize, Deserializer, Error, IgnoredAny, MapAccess, SeqAccess, Visitor};

/// A string; borrowed from the document unless it has escapes. (`Option<Cow<str>>` never borrows under serde.)
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Text<'a>(pub(super) Cow<'a, str>);

impl<'de: 'a, 'a> Deserialize<'de> for Text<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct TextVisitor;
        impl<'de> Visitor<'de> for TextVisitor {
            type Value = Text<'de>;

            fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
                out.write_str("a string")
            }

            fn visit_borrowed_str<E: Error>(self, text: &'de str) -> Result<Text<'de>, E> {
                Ok(Text(Cow::Borrowed(text)))
            }

            fn visit_str<E: Error>(self, text: &str) -> Result<Text<'de>, E> {
                Ok(Text(Cow::Owned(text.to_owned())))
            }
        }
        deserializer.deserialize_str(TextVisitor)
    }
}

/// Headers: an object (a value may be a list), a list of `[name, value]`, or a list of objects with `name` and
/// `value` as HAR files and WAF logs have them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Headers<'a>(pub(super) Vec<(Cow<'a, str>, Cow<'a, str>)>);

impl<'de: 'a, 'a> Deserialize<'de> for Headers<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(HeadersVisitor).map(Headers)
    }
}

struct HeadersVisitor;

impl<'de> Visitor<'de> for HeadersVisitor {
    type Value = Vec<(Cow<'de, str>, Cow<'de, str>)>;

    fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("headers: an object, or a list of pairs or of objects with name and value")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut headers = Vec::with_capacity(16);
        while let Some((Text(name), values)) = map.next_entry::<Text<'de>, Values<'de>>()? {
            match values {
                Values::One(value) => headers.push((name, value)),
                Values::Many(values) => {
                    headers.extend(values.into_iter().map(|Text(value)| (name.clone(), value)));
                }
            }
        }
        Ok(headers)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Self::Value, A::Error> {
        let mut headers = Vec::with_capacity(16);
        while let Some(Pair(name, value)) = list.next_element()? {
            headers.push((name, value));
        }
        Ok(headers)
    }
}

/// One value or several.
enum Values<'a> {
    One(Cow<'a, str>),
    Many(Vec<Text<'a>>),
}

impl<'de: 'a, 'a> Deserialize<'de> for Values<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct ValuesVisitor;
        impl<'de> Visitor<'de> for ValuesVisitor {
            type Value = Values<'de>;

            fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
                out.write_str("a header's value or a list of values")
            }

            fn visit_borrowed_str<E: Error>(self, text: &'de str) -> Result<Values<'de>, E> {
                Ok(Values::One(Cow::Borrowed(text)))
            }

            fn visit_str<E: Error>(self, text: &str) -> Result<Values<'de>, E> {
                Ok(Values::One(Cow::Owned(text.to_owned())))
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Values<'de>, A::Error> {
                let mut values = Vec::new();
                while let Some(value) = list.next_element()? {
                    values.push(value);
                }
                Ok(Values::Many(values))
            }
        }
        deserializer.deserialize_any(ValuesVisitor)
    }
}

/// `["name", "value"]` or `{"name": …, "value": …}`.
struct Pair<'a>(Cow<'a, str>, Cow<'a, str>);

impl<'de: 'a, 'a> Deserialize<'de> for Pair<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct PairVisitor;
        impl<'de> Visitor<'de> for PairVisitor {
            type Value = Pair<'de>;

            fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
                out.write_str("a header: [name, value] or an object with name and value")
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Pair<'de>, A::Error> {
                let name: Option<Text<'de>> = list.next_element()?;
                let value: Option<Text<'de>> = list.next_element()?;
                let (Some(Text(name)), Some(Text(value)), None) =
                    (name, value, list.next_element::<IgnoredAny>()?)
                else {
                    return Err(A::Error::custom("a pair has a name and a value"));
                };
                Ok(Pair(name, value))
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Pair<'de>, A::Error> {
                let (mut name, mut value) = (None, None);
                while let Some(Text(key)) = map.next_key::<Text<'de>>()? {
                    match &*key {
                        "name" | "Name" => name = Some(map.next_value::<Text<'de>>()?.0),
                        "value" | "Value" => value = Some(map.next_value::<Text<'de>>()?.0),
                        _ => {
                            map.next_value::<IgnoredAny>()?;
                        }
                    }
                }
                let name = name.ok_or_else(|| A::Error::missing_field("name"))?;
                Ok(Pair(name, value.unwrap_or_default()))
            }
        }
        deserializer.deserialize_any(PairVisitor)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headers_may_be_written_in_any_usual_shape() {
        let wanted = vec![
            (Cow::from("a"), Cow::from("1")),
            (Cow::from("a"), Cow::from("2\n")),
        ];
        for json in [
            r#"{"a": ["1", "2\n"]}"#,
            r#"[["a", "1"], ["a", "2\n"]]"#,
            r#"[{"name": "a", "value": "1"}, {"value": "2\n", "name": "a", "comment": {"x": 1}}]"#,
        ] {
            assert_eq!(
                serde_json::from_str::<Headers<'_>>(json).unwrap().0,
                wanted,
                "{json}"
            );
        }
        for bad in [
            r#"["a"]"#,
            r#"[["a"]]"#,
            r#"[["a", "b", "c"]]"#,
            r#"{"a": 1}"#,
            "1",
        ] {
            assert!(serde_json::from_str::<Headers<'_>>(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn a_string_without_escapes_is_not_copied() {
        let Text(plain) = serde_json::from_str("\"abc\"").unwrap();
        let Text(escaped) = serde_json::from_str(r#""a\"c""#).unwrap();
        assert!(matches!(plain, Cow::Borrowed("abc")));
        assert!(matches!(escaped, Cow::Owned(_)));
    }
}
