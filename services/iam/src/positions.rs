//! Where the statements of a policy stand in its text, for `MatchedStatements`.

/// Line and column, from one, where AWS's parser stands before and behind a statement: it has read the brace of a single
/// one; of a list, its bracket or the statement before. Source: the examples of the AWS CLI's `simulate-custom-policy`
/// and `simulate-principal-policy`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Span {
    pub start: (i32, i32),
    pub end: (i32, i32),
}

/// The spans of the statements, in order. The document is known to be a policy: it is JSON, and `Statement` is an
/// object or a list of objects at the top level.
pub(crate) fn statements(document: &str) -> Vec<Span> {
    let mut reader = Reader::new(document);
    let mut spans = Vec::new();
    let mut depth = 0_usize;
    // The member of the top level that is being read, and where an object of it began.
    let (mut member, mut is_key) = (String::new(), true);
    let mut begun: Option<(usize, (i32, i32))> = None;
    // Where the next statement of a list begins.
    let mut next_of_list = None;
    while let Some((character, _)) = reader.next() {
        match character {
            '"' => {
                let text = reader.string();
                if depth == 1 && is_key {
                    member = text;
                }
            }
            ':' if depth == 1 => is_key = false,
            ',' if depth == 1 => is_key = true,
            '{' | '[' => {
                depth += 1;
                let is_statement = character == '{' && depth <= 3 && depth > 1 && member == "Statement";
                if is_statement && begun.is_none() {
                    begun = Some((depth, next_of_list.unwrap_or(reader.place)));
                }
                if character == '[' && depth == 2 && member == "Statement" {
                    next_of_list = Some(reader.place);
                }
            }
            '}' | ']' => {
                if let Some((_, start)) = begun.filter(|(level, _)| character == '}' && *level == depth) {
                    spans.push(Span {
                        start,
                        end: reader.place,
                    });
                    begun = None;
                    next_of_list = next_of_list.map(|_| reader.place);
                }
                depth = depth.saturating_sub(1);
            }
            _ => {}
        }
    }
    spans
}

/// Characters with their places.
struct Reader<'a> {
    rest: std::str::Chars<'a>,
    place: (i32, i32),
}

impl<'a> Reader<'a> {
    fn new(text: &'a str) -> Self {
        Self {
            rest: text.chars(),
            place: (1, 1),
        }
    }

    fn next(&mut self) -> Option<(char, (i32, i32))> {
        let character = self.rest.next()?;
        let at = self.place;
        self.place = if character == '\n' {
            (at.0 + 1, 1)
        } else {
            (at.0, at.1 + 1)
        };
        Some((character, at))
    }

    /// The rest of a string, its opening quote read.
    fn string(&mut self) -> String {
        let mut text = String::new();
        while let Some((character, _)) = self.next() {
            match character {
                '"' => break,
                '\\' => {
                    self.next();
                }
                other => text.push(other),
            }
        }
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_of_statements_has_a_span_each() {
        let text = "{\"Version\": \"2012-10-17\",\n \"Statement\": [{\"Sid\": \"}\", \"Condition\": {\"a\": {}}},\n  {}]}";
        let spans = statements(text);
        assert_eq!(
            spans,
            [
                Span {
                    start: (2, 16),
                    end: (2, 52)
                },
                Span {
                    start: (2, 52),
                    end: (3, 5)
                }
            ]
        );
    }

    #[test]
    fn a_statement_stands_where_the_examples_of_aws_say() {
        let single = "{\"Version\":\"2012-10-17\",\"Statement\":{\"Effect\":\"Allow\"}}";
        assert_eq!(statements(single)[0].start, (1, 38));
        let list =
            "{\n    \"Version\": \"2012-10-17\",\n    \"Statement\": [\n        {\n        }\n    ]\n}";
        assert_eq!(
            statements(list),
            [Span {
                start: (3, 19),
                end: (5, 10)
            }]
        );
    }

    #[test]
    fn a_single_statement_needs_no_list() {
        assert_eq!(
            statements("{\"Statement\":{\"a\":{}}}"),
            [Span {
                start: (1, 15),
                end: (1, 22)
            }]
        );
    }
}
