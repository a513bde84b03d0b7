//! Texts with wildcards and variables, compiled once, matched without allocation in the usual cases.

use crate::context::Context;
use crate::variable::{Piece, Variable, pieces};

/// What `*` and `?` mean in a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Wildcards {
    /// Nothing: they are characters.
    None,
    /// Any characters (StringLike, actions).
    Plain,
    /// The `Resource` element: within the first five parts of an ARN they stay inside their part, except that
    /// a `*` that ends a part may run on past the colon (IAM user guide, "JSON policy elements: Resource").
    Resource,
    /// The ARN operators: each of the six parts is compared by itself; only a `*` that ends the text covers
    /// whatever follows.
    Arn,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Token {
    Text(Box<str>),
    /// Index into the pattern's variables.
    Variable(usize),
    Any,
    AnyInPart,
    One,
    OneInPart,
}

/// A compiled text.
#[derive(Clone, Debug)]
pub(crate) struct Pattern {
    form: Form,
}

#[derive(Clone, Debug)]
enum Form {
    All,
    Exact(Box<str>),
    Prefix(Box<str>),
    Tokens {
        tokens: Box<[Token]>,
        variables: Box<[Variable]>,
        /// A star bound to its part follows a free one, so going back to the last star alone is not enough.
        entangled: bool,
    },
}

/// How two characters are compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Case {
    /// Exactly.
    Exact,
    /// ASCII letters fold.
    Fold,
}

impl Pattern {
    /// Compiles a text; `variables` is whether the policy's version knows variables.
    pub(crate) fn compile(text: &str, wildcards: Wildcards, variables: bool) -> Self {
        let mut builder = Builder::new(wildcards);
        if variables && text.contains("${") {
            let pieces = pieces(text);
            for (index, piece) in pieces.iter().enumerate() {
                builder.piece(piece, index + 1 == pieces.len());
            }
        } else {
            builder.text(text);
        }
        Self {
            form: builder.finish(),
        }
    }

    /// Whether `text` matches, with variables taken from `context`. A variable without a value matches nothing.
    pub(crate) fn matches(&self, text: &str, context: &Context, case: Case) -> bool {
        match &self.form {
            Form::All => true,
            Form::Exact(exact) => same(exact, text, case),
            Form::Prefix(prefix) => starts_with(text, prefix, case),
            Form::Tokens {
                tokens,
                variables,
                entangled,
            } => {
                let mut values = Vec::new();
                for variable in variables {
                    match variable.resolve(context) {
                        Some(value) => values.push(value),
                        None => return false,
                    }
                }
                let matcher = Matcher {
                    tokens,
                    values: &values,
                    text,
                    case,
                };
                if *entangled {
                    matcher.search()
                } else {
                    matcher.greedy()
                }
            }
        }
    }

    /// Whether what matches depends on condition keys.
    pub(crate) fn has_variables(&self) -> bool {
        matches!(&self.form, Form::Tokens { variables, .. } if !variables.is_empty())
    }

    /// Whether every variable has a value in `context`.
    pub(crate) fn resolves(&self, context: &Context) -> bool {
        match &self.form {
            Form::Tokens { variables, .. } => variables
                .iter()
                .all(|variable| variable.resolve(context).is_some()),
            _ => true,
        }
    }

    /// Whether only one text matches, whatever the request.
    pub(crate) fn is_fixed(&self) -> bool {
        matches!(self.form, Form::Exact(_))
    }
}

struct Builder {
    wildcards: Wildcards,
    tokens: Vec<Token>,
    variables: Vec<Variable>,
    literal: String,
    colons: usize,
}

impl Builder {
    fn new(wildcards: Wildcards) -> Self {
        Self {
            wildcards,
            tokens: Vec::new(),
            variables: Vec::new(),
            literal: String::new(),
            colons: 0,
        }
    }

    /// Inside the first five parts of an ARN.
    fn in_part(&self) -> bool {
        matches!(self.wildcards, Wildcards::Resource | Wildcards::Arn) && self.colons < 5
    }

    fn piece(&mut self, piece: &Piece<'_>, last: bool) {
        match piece {
            Piece::Text(text) => self.characters(text, last),
            Piece::Escaped(character) => self.literal.push_str(character),
            // A variable stands only in the last part of a resource's ARN (IAM user guide, "Where you can use
            // policy variables"). Elsewhere nothing can match it.
            Piece::Variable(variable) => {
                self.flush();
                self.tokens.push(Token::Variable(self.variables.len()));
                if self.wildcards == Wildcards::Resource && self.colons < 5 {
                    self.variables.push(Variable::never());
                } else {
                    self.variables.push(variable.clone());
                }
            }
        }
    }

    fn text(&mut self, text: &str) {
        self.characters(text, true);
    }

    fn characters(&mut self, text: &str, last_piece: bool) {
        let mut characters = text.chars().peekable();
        while let Some(character) = characters.next() {
            let next = characters.peek().copied();
            match character {
                '*' if self.wildcards != Wildcards::None => {
                    self.flush();
                    let ends_text = next.is_none() && last_piece;
                    let ends_part = next == Some(':') && self.wildcards == Wildcards::Resource;
                    let free = !self.in_part() || ends_text || ends_part;
                    self.tokens.push(if free { Token::Any } else { Token::AnyInPart });
                }
                '?' if self.wildcards != Wildcards::None => {
                    self.flush();
                    self.tokens.push(if self.in_part() {
                        Token::OneInPart
                    } else {
                        Token::One
                    });
                }
                _ => {
                    if character == ':' {
                        self.colons += 1;
                    }
                    self.literal.push(character);
                }
            }
        }
    }

    fn flush(&mut self) {
        if !self.literal.is_empty() {
            self.tokens
                .push(Token::Text(std::mem::take(&mut self.literal).into()));
        }
    }

    fn finish(mut self) -> Form {
        self.flush();
        self.tokens
            .dedup_by(|after, before| *after == Token::Any && *before == Token::Any);
        match self.tokens.as_slice() {
            [] => Form::Exact("".into()),
            [Token::Any] => Form::All,
            [Token::Text(text)] => Form::Exact(text.clone()),
            [Token::Text(text), Token::Any] => Form::Prefix(text.clone()),
            tokens => {
                let free = tokens.iter().position(|token| *token == Token::Any);
                let entangled = free.is_some_and(|free| tokens[free..].contains(&Token::AnyInPart));
                Form::Tokens {
                    tokens: self.tokens.into(),
                    variables: self.variables.into(),
                    entangled,
                }
            }
        }
    }
}

struct Matcher<'m> {
    tokens: &'m [Token],
    values: &'m [&'m str],
    text: &'m str,
    case: Case,
}

impl Matcher<'_> {
    /// Matches one token other than a star at `at`; the position after it.
    fn step(&self, token: &Token, at: usize) -> Option<usize> {
        match token {
            Token::Text(text) => self.literal(text, at),
            Token::Variable(index) => self.literal(self.values[*index], at),
            Token::One => self.width(at, false).map(|width| at + width),
            Token::OneInPart => self.width(at, true).map(|width| at + width),
            Token::Any | Token::AnyInPart => None,
        }
    }

    fn literal(&self, literal: &str, at: usize) -> Option<usize> {
        starts_with(&self.text[at..], literal, self.case).then_some(at + literal.len())
    }

    /// The length of the character at `at`, if there is one and it may be taken.
    fn width(&self, at: usize, in_part: bool) -> Option<usize> {
        let character = self.text[at..].chars().next()?;
        (!in_part || character != ':').then(|| character.len_utf8())
    }

    /// Goes back to the last star only. Sound while no star that is bound to its part follows a free one: the
    /// earliest place where what lies between two stars fits leaves the most to the later star.
    fn greedy(&self) -> bool {
        let (mut token, mut at) = (0, 0);
        let mut star: Option<(usize, usize, bool)> = None;
        loop {
            match self.tokens.get(token) {
                Some(Token::Any) if token + 1 == self.tokens.len() => return true,
                Some(kind @ (Token::Any | Token::AnyInPart)) => {
                    token += 1;
                    star = Some((token, at, *kind == Token::AnyInPart));
                    continue;
                }
                Some(other) => {
                    if let Some(next) = self.step(other, at) {
                        token += 1;
                        at = next;
                        continue;
                    }
                }
                None if at == self.text.len() => return true,
                None => {}
            }
            let Some((after, taken, in_part)) = star else {
                return false;
            };
            let Some(width) = self.width(taken, in_part) else {
                return false;
            };
            star = Some((after, taken + width, in_part));
            token = after;
            at = taken + width;
        }
    }

    /// Tries every way, each state once: tokens × length at most, whatever the pattern.
    fn search(&self) -> bool {
        let columns = self.text.len() + 1;
        let mut seen = vec![false; (self.tokens.len() + 1) * columns];
        let mut open = vec![(0, 0)];
        while let Some((token, at)) = open.pop() {
            let state = token * columns + at;
            if std::mem::replace(&mut seen[state], true) {
                continue;
            }
            match self.tokens.get(token) {
                None if at == self.text.len() => return true,
                None => {}
                Some(kind @ (Token::Any | Token::AnyInPart)) => {
                    if let Some(width) = self.width(at, *kind == Token::AnyInPart) {
                        open.push((token, at + width));
                    }
                    open.push((token + 1, at));
                }
                Some(other) => {
                    if let Some(next) = self.step(other, at) {
                        open.push((token + 1, next));
                    }
                }
            }
        }
        false
    }
}

fn same(left: &str, right: &str, case: Case) -> bool {
    match case {
        Case::Exact => left == right,
        Case::Fold => left.eq_ignore_ascii_case(right),
    }
}

fn starts_with(text: &str, prefix: &str, case: Case) -> bool {
    match case {
        Case::Exact => text.starts_with(prefix),
        Case::Fold => {
            text.len() >= prefix.len()
                && text.as_bytes()[..prefix.len()].eq_ignore_ascii_case(prefix.as_bytes())
        }
    }
}

#[cfg(test)]
mod tests;
