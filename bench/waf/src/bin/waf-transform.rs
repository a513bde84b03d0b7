//! Applies text transformations to what comes in, for comparisons with other implementations: lines of a
//! transformation's name and a text in hexadecimal become lines of the result in hexadecimal.

use std::io::{BufRead, Write, stdin, stdout};

use anyhow::{Context, Result};
use haechi_waf::model::TextTransformationType;
use haechi_waf::transform::{Outcome, apply};

fn main() -> Result<()> {
    let mut out = Vec::new();
    let mut answers = stdout().lock();
    for line in stdin().lock().lines() {
        let line = line?;
        let (name, text) = line.split_once(' ').context("NAME HEX")?;
        let kind: TextTransformationType = serde_json::from_value(name.into())?;
        let text = decode(text)?;
        let result = match apply(kind, &text, &mut out) {
            Outcome::Unchanged => &text,
            Outcome::Part { start, end } => &text[start..end],
            Outcome::Written => &out[..],
        };
        for byte in result {
            write!(answers, "{byte:02x}")?;
        }
        writeln!(answers)?;
    }
    Ok(())
}

fn decode(hex: &str) -> Result<Vec<u8>> {
    (0..hex.len() / 2)
        .map(|at| u8::from_str_radix(&hex[2 * at..2 * at + 2], 16).context("not hexadecimal"))
        .collect()
}
