//! A key policy as KMS prints it.
//!
//! GetKeyPolicy answers with the document laid out anew, whatever white space it was put with: members on lines of
//! their own, two spaces a level, a space on either side of the colon, arrays on one line. Nothing but white space
//! changes.

/// Lays a JSON document out. What is no JSON comes back somehow laid out: policies are parsed before they are put.
pub(crate) fn print(json: &str) -> String {
    let mut printer = Printer {
        out: String::with_capacity(json.len() * 2),
        levels: Vec::new(),
    };
    let mut rest = json.trim_start();
    while let Some(first) = rest.chars().next() {
        let length = match first {
            '"' => string_length(rest),
            '{' | '}' | '[' | ']' | ',' | ':' => 1,
            _ => rest
                .find(|c: char| c.is_whitespace() || "{}[],:\"".contains(c))
                .unwrap_or(rest.len()),
        };
        let (token, after) = rest.split_at(length);
        printer.token(token);
        rest = after.trim_start();
    }
    printer.out
}

/// How long the string literal is with which `text` begins, quotes included.
fn string_length(text: &str) -> usize {
    let mut escaped = false;
    for (at, c) in text.char_indices().skip(1) {
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '"' => return at + 1,
            _ => {}
        }
    }
    text.len()
}

struct Printer {
    out: String,
    /// The brackets that are open, and whether anything stands in them.
    levels: Vec<Level>,
}

struct Level {
    open: char,
    empty: bool,
}

impl Printer {
    fn token(&mut self, token: &str) {
        match token {
            "{" => self.open('{'),
            "[" => self.open('['),
            "}" => self.close('}'),
            "]" => self.close(']'),
            "," => {
                self.out.push(',');
                if self.in_object() {
                    self.line();
                } else {
                    self.out.push(' ');
                }
            }
            ":" => self.out.push_str(" : "),
            value => {
                self.fill();
                self.out.push_str(value);
            }
        }
    }

    fn open(&mut self, open: char) {
        self.fill();
        self.out.push(open);
        self.levels.push(Level { open, empty: true });
    }

    fn close(&mut self, bracket: char) {
        let Some(level) = self.levels.pop() else {
            return;
        };
        if level.open == '{' && !level.empty {
            self.line();
        } else {
            self.out.push(' ');
        }
        self.out.push(bracket);
    }

    /// What must stand before the first thing in a bracket.
    fn fill(&mut self) {
        let Some(level) = self.levels.last_mut() else {
            return;
        };
        if !std::mem::replace(&mut level.empty, false) {
            return;
        }
        if level.open == '{' {
            self.line();
        } else {
            self.out.push(' ');
        }
    }

    fn in_object(&self) -> bool {
        self.levels.last().is_some_and(|level| level.open == '{')
    }

    /// A new line; arrays do not indent.
    fn line(&mut self) {
        let depth = self.levels.iter().filter(|level| level.open == '{').count();
        self.out.push('\n');
        self.out.push_str(&"  ".repeat(depth));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PRINTED: &str = r#"{
  "Version" : "2012-10-17",
  "Statement" : [ {
    "Effect" : "Allow",
    "Principal" : {
      "AWS" : [ "a:b", "c \" , {d}" ]
    },
    "Condition" : { },
    "Action" : [ ],
    "Count" : 5
  }, {
    "Effect" : "Deny"
  } ]
}"#;

    #[test]
    fn a_policy_is_laid_out_as_kms_prints_it() {
        let put = r#" {"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":["a:b",
            "c \" , {d}"]},"Condition":{ },"Action":[],"Count":5},{"Effect":"Deny"}]} "#;
        assert_eq!(print(put), PRINTED);
    }

    #[test]
    fn what_is_laid_out_already_stays_as_it_is() {
        assert_eq!(print(PRINTED), PRINTED);
    }
}
