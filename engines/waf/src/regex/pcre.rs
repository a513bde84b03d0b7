//! From the dialect that AWS WAF takes to that of the `regex` crates.
//!
//! The guide, page "Supported regular expression syntax": the syntax of the library libpcre, without back references,
//! subroutines, conditions, verbs, `\C`, `\R`, `\K`, callouts, atomic groups and possessive quantifiers. Most of what is
//! left means the same to the `regex` crates. What does not is written another way here: brackets and set operators
//! within a class, braces that count nothing, `\<`, `\h`, `\v`, `\N`, `\e`, `\cX`, `\Z`, octal codes, `\Q…\E`, comments.
//! What neither takes, such as look-around, passes unchanged and is refused by the parser.

use std::borrow::Cow;
use std::fmt::Write as _;
use std::iter::Peekable;
use std::str::Chars;

/// White space within a line, and between lines, as classes without their brackets.
const HORIZONTAL: &str = r"\t\x20\xa0";
const VERTICAL: &str = r"\n\x0b\x0c\r\x85";

/// The pattern in the other dialect, or what AWS refuses in it.
pub(super) fn translate(pattern: &str) -> Result<Cow<'_, str>, &'static str> {
    let mut translator = Translator {
        rest: pattern.chars().peekable(),
        out: String::with_capacity(pattern.len()),
    };
    translator.pattern()?;
    let out = translator.out;
    Ok(if out == pattern {
        Cow::Borrowed(pattern)
    } else {
        Cow::Owned(out)
    })
}

struct Translator<'a> {
    rest: Peekable<Chars<'a>>,
    out: String,
}

impl Translator<'_> {
    fn pattern(&mut self) -> Result<(), &'static str> {
        let mut quantified = false;
        while let Some(letter) = self.rest.next() {
            let mut quantifier = false;
            match letter {
                '\\' => self.escape()?,
                '[' => self.class()?,
                '{' => match self.count() {
                    Some(count) => {
                        self.out.extend(['{'].into_iter().chain(count.chars()));
                        quantifier = true;
                    }
                    None => self.out.push_str(r"\{"),
                },
                '}' => self.out.push_str(r"\}"),
                '(' if self.starts("?#") => while self.rest.next().is_some_and(|letter| letter != ')') {},
                // Flags that libpcre does not have; `(?R)` is a recursion to it.
                '(' if self.flags().contains(['R', 'u']) => return Err("this group is not supported"),
                '+' | '*' if quantified => {
                    return Err("possessive and repeated quantifiers are not supported");
                }
                '+' | '*' | '?' => {
                    self.out.push(letter);
                    // A question mark after a quantifier makes it lazy.
                    quantifier = !(letter == '?' && (quantified || self.out.ends_with("(?")));
                }
                _ => self.out.push(letter),
            }
            quantified = quantifier;
        }
        Ok(())
    }

    fn starts(&self, text: &str) -> bool {
        let mut ahead = self.rest.clone();
        text.chars().all(|letter| ahead.next() == Some(letter))
    }

    /// The letters behind `(?`, where the rest begins with a question mark.
    fn flags(&self) -> String {
        let mut ahead = self.rest.clone();
        ahead.next_if_eq(&'?').map_or_else(String::new, |_| {
            ahead
                .take_while(|letter| letter.is_ascii_alphabetic() || *letter == '-')
                .collect()
        })
    }

    /// `3}`, `3,}`, `3,5}`: the rest of a counted repetition.
    fn count(&mut self) -> Option<String> {
        let text: String = self.rest.clone().take_while(|letter| *letter != '}').collect();
        let (least, most) = text.split_once(',').unwrap_or((&text, ""));
        let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
        let closed = self.rest.clone().nth(text.chars().count()) == Some('}');
        if !closed || least.is_empty() || !digits(least) || !digits(most) {
            return None;
        }
        self.skip(text.len() + 1);
        Some(text + "}")
    }

    fn skip(&mut self, count: usize) {
        for _ in 0..count {
            self.rest.next();
        }
    }

    /// What follows a backslash outside of classes.
    fn escape(&mut self) -> Result<(), &'static str> {
        let Some(letter) = self.rest.next() else {
            self.out.push('\\');
            return Ok(());
        };
        match letter {
            'h' => self.out.extend(["[", HORIZONTAL, "]"]),
            'H' => self.out.extend(["[^", HORIZONTAL, "]"]),
            'v' => self.out.extend(["[", VERTICAL, "]"]),
            'V' => self.out.extend(["[^", VERTICAL, "]"]),
            'N' => self.out.push_str(r"[^\n]"),
            'Z' => self.out.push_str(r"(?:\n?\z)"),
            'C' | 'R' | 'K' | 'G' | 'X' => return Err("this escape is not supported"),
            'Q' => self.quoted(),
            'E' => {}
            'x' => self.hexadecimal(),
            // Without a leading zero it is a back reference, unless three octal digits follow each other.
            '1'..='9' if self.octal_digits(letter) < 3 => self.out.extend(['\\', letter]),
            _ => self.character(letter),
        }
        Ok(())
    }

    /// An escape that stands for one character, in classes as outside of them.
    fn character(&mut self, letter: char) {
        match letter {
            'e' => self.out.push_str(r"\x1b"),
            'c' => {
                let control = self
                    .rest
                    .next()
                    .map_or(0, |letter| letter.to_ascii_uppercase() as u8 ^ 64);
                self.code(u32::from(control));
            }
            '0'..='7' => {
                let mut code = letter.to_digit(8).unwrap_or(0);
                for _ in 1..self.octal_digits(letter) {
                    code = code * 8 + self.rest.next().and_then(|digit| digit.to_digit(8)).unwrap_or(0);
                }
                self.code(code & 0xff);
            }
            // Letters that libpcre takes for themselves.
            '<' | '>' | 'F' | 'I' | 'J' | 'M' | 'O' | 'T' | 'Y' | 'i' | 'j' | 'm' | 'q' | 'y' => {
                self.out.push(letter);
            }
            _ if !letter.is_ascii() => self.out.push(letter),
            _ => self.out.extend(['\\', letter]),
        }
    }

    fn code(&mut self, code: u32) {
        // Writing to a String cannot fail.
        let _ = write!(self.out, r"\x{code:02x}");
    }

    /// How many octal digits there are, of at most three, with this one.
    fn octal_digits(&self, first: char) -> usize {
        let more = self.rest.clone().take(2);
        usize::from(first.is_digit(8))
            + more
                .take_while(|digit| first.is_digit(8) && digit.is_digit(8))
                .count()
    }

    /// `\xhh`, with up to two digits, or `\x{hhh}`.
    fn hexadecimal(&mut self) {
        self.out.push_str(r"\x");
        if self.rest.peek() == Some(&'{') {
            for letter in self.rest.by_ref() {
                self.out.push(letter);
                if letter == '}' {
                    break;
                }
            }
            return;
        }
        let digits: String = self
            .rest
            .clone()
            .take(2)
            .take_while(char::is_ascii_hexdigit)
            .collect();
        self.skip(digits.len());
        self.out.push_str(&"0".repeat(2 - digits.len()));
        self.out.push_str(&digits);
    }

    /// What is between `\Q` and `\E`, or the pattern's end.
    fn quoted(&mut self) {
        while !self.starts(r"\E") {
            let Some(letter) = self.rest.next() else { return };
            self.literal(letter);
        }
        self.skip(2);
    }

    fn literal(&mut self, letter: char) {
        if letter.is_ascii_punctuation() && letter != '<' && letter != '>' {
            self.out.push('\\');
        }
        self.out.push(letter);
    }

    /// What follows the bracket that opens a class.
    fn class(&mut self) -> Result<(), &'static str> {
        self.out.push('[');
        if self.rest.next_if_eq(&'^').is_some() {
            self.out.push('^');
        }
        let mut first = true;
        // Whether the last thing was one character, which may begin a range, and whether a range waits for its end.
        let (mut single, mut range) = (false, false);
        while let Some(letter) = self.rest.next() {
            let mut one = true;
            match letter {
                ']' if !first => {
                    self.out.push(']');
                    return Ok(());
                }
                '[' if self.starts(":") => {
                    self.out.push('[');
                    for letter in self.rest.by_ref() {
                        self.out.push(letter);
                        if letter == ']' {
                            break;
                        }
                    }
                    one = false;
                }
                '\\' => one = self.class_escape()?,
                '-' if single && !range && self.begins_a_range() => {
                    self.out.push('-');
                    (first, single, range) = (false, false, true);
                    continue;
                }
                '[' | ']' | '&' | '~' | '-' => self.out.extend(['\\', letter]),
                letter if letter.is_ascii() => self.out.push(letter),
                letter => {
                    // A class is of bytes.
                    for byte in letter.encode_utf8(&mut [0; 4]).bytes() {
                        self.code(u32::from(byte));
                    }
                }
            }
            (first, single, range) = (false, one && !range, false);
        }
        Ok(())
    }

    /// After a hyphen: is there one character that ends a range?
    fn begins_a_range(&self) -> bool {
        let mut ahead = self.rest.clone();
        match (ahead.next(), ahead.next()) {
            (None | Some(']'), _) | (Some('['), Some(':')) => false,
            (Some('\\'), Some(letter)) => !"dDwWsShHvV".contains(letter),
            _ => true,
        }
    }

    /// What follows a backslash in a class; whether it is one character.
    fn class_escape(&mut self) -> Result<bool, &'static str> {
        let Some(letter) = self.rest.next() else {
            self.out.push('\\');
            return Ok(true);
        };
        match letter {
            'd' | 'D' | 'w' | 'W' | 's' | 'S' | 'p' | 'P' => {
                self.out.extend(['\\', letter]);
                return Ok(false);
            }
            'h' => {
                self.out.push_str(HORIZONTAL);
                return Ok(false);
            }
            'v' => {
                self.out.push_str(VERTICAL);
                return Ok(false);
            }
            'Q' => {
                self.quoted();
                return Ok(false);
            }
            'E' => return Ok(false),
            'H' | 'V' | 'N' | 'R' | 'X' | 'B' | 'C' => return Err("this escape is not supported in a class"),
            'b' => self.code(8),
            'x' => self.hexadecimal(),
            _ => self.character(letter),
        }
        Ok(true)
    }
}

#[cfg(test)]
mod tests;
