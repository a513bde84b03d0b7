//! Members in headers: scalars, lists with commas, maps by prefix.

use crate::Value;
use crate::codec::{Malformed, scalar};
use crate::schema::{Kind, Member, TimestampFormat};

/// How instants stand in headers if the model doesn't say.
const TIMESTAMPS: TimestampFormat = TimestampFormat::Rfc822;

/// Reads a member out of a header's text.
pub(crate) fn parse(member: &Member, text: &str) -> Result<Value, Malformed> {
    let Kind::List { member: item } = &member.target.kind else {
        return scalar::parse(member, text, TIMESTAMPS);
    };
    if text.is_empty() {
        return Ok(Value::List(Vec::new()));
    }
    let dates = matches!(item.target.kind, Kind::Timestamp)
        && item.timestamp_format.unwrap_or(TIMESTAMPS) == TimestampFormat::Rfc822;
    let parts = if dates { split_dates(text) } else { split(text) };
    let items = parts
        .iter()
        .map(|part| scalar::parse(item, part, TIMESTAMPS))
        .collect::<Result<_, _>>()?;
    Ok(Value::List(items))
}

/// Writes a member as a header's text; `None` if there is nothing to write.
pub(crate) fn format(member: &Member, value: &Value) -> Option<String> {
    match (value, &member.target.kind) {
        (Value::List(items), Kind::List { member: item }) => {
            let texts: Vec<String> = items.iter().map(|value| list_item(item, value)).collect();
            if texts.is_empty() {
                None
            } else {
                Some(texts.join(", "))
            }
        }
        (Value::Null, _) => None,
        _ => Some(clean(&scalar::format(member, value, TIMESTAMPS))),
    }
}

fn list_item(item: &Member, value: &Value) -> String {
    let text = clean(&scalar::format(item, value, TIMESTAMPS));
    let is_text = matches!(value, Value::String(_));
    if is_text && text.contains([',', '"', '\\']) {
        format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
    } else {
        text
    }
}

/// A header's text has no line breaks: one in a value would start another header.
fn clean(text: &str) -> String {
    text.chars()
        .filter(|letter| !letter.is_control() || *letter == '\t')
        .collect()
}

/// Splits at commas outside of quotes and takes the quotes off.
fn split(text: &str) -> Vec<String> {
    let mut parts = Vec::new();
    let mut part = String::new();
    let mut quoted = false;
    let mut was_quoted = false;
    let mut letters = text.chars();
    while let Some(letter) = letters.next() {
        match letter {
            '"' => {
                quoted = !quoted;
                was_quoted = true;
            }
            '\\' if quoted => part.extend(letters.next()),
            ',' if !quoted => parts.push(take(&mut part, &mut was_quoted)),
            ' ' | '\t' if !quoted && part.is_empty() => {}
            _ => part.push(letter),
        }
    }
    parts.push(take(&mut part, &mut was_quoted));
    parts
}

fn take(part: &mut String, was_quoted: &mut bool) -> String {
    let taken = std::mem::take(part);
    if std::mem::take(was_quoted) {
        taken
    } else {
        taken.trim_end().to_owned()
    }
}

/// HTTP dates have a comma of their own: every second one divides.
fn split_dates(text: &str) -> Vec<String> {
    let parts: Vec<&str> = text.split(',').map(str::trim).collect();
    parts.chunks(2).map(|date| date.join(", ")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quoted_commas_do_not_divide() {
        assert_eq!(split(r#""b,c", "\"def\"", a "#), ["b,c", "\"def\"", "a"]);
    }

    #[test]
    fn dates_keep_their_comma() {
        let text = "Mon, 16 Dec 2019 23:48:18 GMT, Tue, 17 Dec 2019 23:48:18 GMT";
        assert_eq!(
            split_dates(text),
            ["Mon, 16 Dec 2019 23:48:18 GMT", "Tue, 17 Dec 2019 23:48:18 GMT"]
        );
    }
}
