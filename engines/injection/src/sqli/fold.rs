//! Folding: what says nothing about an attack is taken out until at most five tokens stand for the input.
//!
//! `1 + 2 * 3` and `(-1, 2)` are one value each, `UNION` and `ALL` are one word, comments vanish. The rules and
//! their order are libinjection's; its files of expected foldings hold them.

use super::token::{Kind, Token};
use super::tokenizer::{Met, Tokenizer};
use super::words;

/// The most tokens in a fingerprint.
pub(super) const MAX_TOKENS: usize = 5;

/// Words that are columns or variables unless `(` follows.
const FUNCTIONS_BEFORE_PARENTHESIS: [&[u8]; 11] = [
    b"USER_ID",
    b"USER_NAME",
    b"DATABASE",
    b"PASSWORD",
    b"USER",
    b"CURRENT_USER",
    b"CURRENT_DATE",
    b"CURRENT_TIME",
    b"CURRENT_TIMESTAMP",
    b"LOCALTIME",
    b"LOCALTIMESTAMP",
];

/// What is left of an input.
#[derive(Clone, Copy, Debug)]
pub(super) struct Folded {
    tokens: [Token; MAX_TOKENS + 3],
    len: usize,
    pub(super) met: Met,
    /// Whether all of the input was read.
    pub(super) complete: bool,
}

impl Folded {
    pub(super) fn tokens(&self) -> &[Token] {
        &self.tokens[..self.len]
    }

    pub(super) fn last_mut(&mut self) -> Option<&mut Token> {
        self.tokens[..self.len].last_mut()
    }
}

/// What a rule did to the tokens at `left`.
enum Step {
    /// Look again from where `left` is now.
    Again,
    /// Nothing applies.
    Pass,
    /// Stop: the tokens up to `left + 2` are the result.
    Stop,
}

struct Folder<'a> {
    tokenizer: Tokenizer<'a>,
    tokens: [Token; MAX_TOKENS + 3],
    /// How many tokens there are.
    end: usize,
    /// How many of them are settled.
    left: usize,
    more: bool,
    /// The comment that ended the input so far.
    comment: Option<Token>,
}

/// Folds all of the tokenizer's tokens.
pub(super) fn fold(tokenizer: Tokenizer<'_>) -> Folded {
    let mut folder = Folder {
        tokenizer,
        tokens: [Token::EMPTY; MAX_TOKENS + 3],
        end: 0,
        left: 0,
        more: true,
        comment: None,
    };
    let len = folder.run();
    Folded {
        tokens: folder.tokens,
        len,
        met: folder.tokenizer.met,
        complete: folder.tokenizer.at_end(),
    }
}

impl Folder<'_> {
    fn run(&mut self) -> usize {
        if !self.skip_openers() {
            return 0;
        }
        loop {
            if self.end >= MAX_TOKENS {
                self.fold_five();
            }
            if !self.more || self.left >= MAX_TOKENS {
                self.left = self.end;
                break;
            }
            self.read_until(2);
            if self.end - self.left < 2 {
                self.left = self.end;
                continue;
            }
            match self.fold_two() {
                Step::Again => continue,
                Step::Stop => return self.left + 2,
                Step::Pass => {}
            }
            self.read_until(3);
            if self.end - self.left < 3 {
                self.left = self.end;
                continue;
            }
            if matches!(self.fold_three(), Step::Pass) {
                self.left += 1;
            }
        }
        if self.left < MAX_TOKENS
            && let Some(comment) = self.comment
        {
            self.tokens[self.left] = comment;
            self.left += 1;
        }
        // A sixth token may have been read to understand the fifth.
        self.left.min(MAX_TOKENS)
    }

    /// Comments, `(`, types and unary operators at the beginning say nothing.
    fn skip_openers(&mut self) -> bool {
        while let Some(token) = self.tokenizer.next() {
            let opener = matches!(token.kind, Kind::Comment | Kind::LeftParenthesis | Kind::SqlType);
            if !opener && !token.is_unary() {
                self.tokens[0] = token;
                self.end = 1;
                return true;
            }
        }
        false
    }

    /// Reads until `wanted` unsettled tokens are there.
    fn read_until(&mut self, wanted: usize) {
        while self.more && self.end <= MAX_TOKENS && self.end - self.left < wanted {
            match self.tokenizer.next() {
                None => self.more = false,
                Some(token) if token.kind == Kind::Comment => self.comment = Some(token),
                Some(token) => {
                    self.comment = None;
                    self.tokens[self.end] = token;
                    self.end += 1;
                }
            }
        }
    }

    /// Harmless shapes that would fill all five places: `1, (2)`, `a * (b)`, `1), (2`.
    fn fold_five(&mut self) {
        use Kind::{Bareword, Comma, LeftParenthesis, Number, Operator, RightParenthesis};
        let kinds: [Kind; MAX_TOKENS] = std::array::from_fn(|index| self.tokens[index].kind);
        let harmless = matches!(
            kinds,
            [
                Number,
                Operator | Comma,
                LeftParenthesis,
                Number,
                RightParenthesis
            ] | [
                Bareword,
                Operator,
                LeftParenthesis,
                Bareword | Number,
                RightParenthesis
            ] | [Number, RightParenthesis, Comma, LeftParenthesis, Number]
                | [Bareword, RightParenthesis, Operator, LeftParenthesis, Bareword]
        );
        if harmless {
            if self.end > MAX_TOKENS {
                self.tokens[1] = self.tokens[MAX_TOKENS];
                self.end = 2;
            } else {
                self.end = 1;
            }
            self.left = 0;
        }
    }

    /// Drops the last `count` tokens and looks again from the first.
    fn restart(&mut self, count: usize) -> Step {
        self.end -= count;
        self.left = 0;
        Step::Again
    }

    /// Drops the last token and looks again from one place before.
    fn back_up(&mut self) -> Step {
        self.end -= 1;
        self.left = self.left.saturating_sub(1);
        Step::Again
    }

    fn fold_two(&mut self) -> Step {
        use Kind::{
            Backslash, Bareword, Collate, Function, Keyword, LeftBrace, LeftParenthesis, LogicOperator,
            Number, Operator, RightBrace, RightParenthesis, Semicolon, SqlType, Tsql, Variable,
        };
        let left = self.left;
        let (first, second) = (&self.tokens[left], &self.tokens[left + 1]);
        match (first.kind, second.kind) {
            (Kind::String, Kind::String) | (Semicolon, Semicolon) => {
                self.end -= 1;
                return Step::Again;
            }
            (Operator | LogicOperator, SqlType) => return self.restart(1),
            (Operator | LogicOperator, Operator) if second.is_unary() => return self.restart(1),
            (LeftParenthesis, Operator) if second.is_unary() => return self.back_up(),
            _ => {}
        }
        if let Some(merged) = merge(first, second) {
            self.tokens[left] = merged;
            return self.back_up();
        }
        match (first.kind, second.kind) {
            // `; IF` is a Transact-SQL statement, elsewhere IF is a function.
            (Semicolon, Function)
                if second.text().len() >= 2 && second.text()[..2].eq_ignore_ascii_case(b"IF") =>
            {
                self.tokens[left + 1].kind = Tsql;
                Step::Again
            }
            (Bareword | Variable, LeftParenthesis)
                if FUNCTIONS_BEFORE_PARENTHESIS
                    .iter()
                    .any(|word| first.is_word(word)) =>
            {
                self.tokens[left].kind = Function;
                Step::Again
            }
            (Keyword, next) if first.is_word(b"IN") || first.is_word(b"NOT IN") => {
                self.tokens[left].kind = if next == LeftParenthesis {
                    Operator
                } else {
                    Bareword
                };
                Step::Again
            }
            (Operator, next) if first.is_word(b"LIKE") || first.is_word(b"NOT LIKE") => {
                if next == LeftParenthesis {
                    self.tokens[left].kind = Function;
                }
                Step::Pass
            }
            (SqlType, Bareword | Number | SqlType | LeftParenthesis | Function | Variable | Kind::String) => {
                self.tokens[left] = *second;
                self.restart(1)
            }
            // There are too many collations to list; their names have an underscore.
            (Collate, Bareword) => {
                if second.text().contains(&b'_') {
                    self.tokens[left + 1].kind = SqlType;
                    self.left = 0;
                }
                Step::Pass
            }
            // Transact-SQL reads `\%1` as `0 % 1` and `\1` as `1`.
            (Backslash, _) if second.is_arithmetic() => {
                self.tokens[left].kind = Number;
                self.left = 0;
                Step::Again
            }
            (Backslash, _) => {
                self.tokens[left] = *second;
                self.restart(1)
            }
            (LeftParenthesis, LeftParenthesis) | (RightParenthesis, RightParenthesis) => self.restart(1),
            // ODBC's and MySQL's `{name expression}`; the empty name is MySQL's magic and never honest.
            (LeftBrace, Bareword) if second.len == 0 => {
                self.tokens[left + 1].kind = Kind::Evil;
                Step::Stop
            }
            (LeftBrace, Bareword) => self.restart(2),
            (_, RightBrace) => self.restart(1),
            _ => Step::Pass,
        }
    }

    fn fold_three(&mut self) -> Step {
        use Kind::{
            Bareword, Comma, Dot, Expression, Function, Group, Keyword, LeftParenthesis, LogicOperator,
            Number, Operator, RightParenthesis, SqlType, Variable,
        };
        let left = self.left;
        let [first, second, third] = [&self.tokens[left], &self.tokens[left + 1], &self.tokens[left + 2]];
        let unary = second.is_unary();
        match (first.kind, second.kind, third.kind) {
            (Number, Operator, Number) | (LogicOperator, _, LogicOperator) => self.restart(2),
            (Operator, middle, Operator) if middle != LeftParenthesis => self.restart(2),
            (Variable, Operator, Variable | Number | Bareword) => self.restart(2),
            (Bareword | Number, Operator, Number | Bareword) => self.restart(2),
            (Bareword | Number | Variable | Kind::String, Operator, SqlType) if second.text() == b"::" => {
                self.restart(2)
            }
            (
                Bareword | Number | Kind::String | Variable,
                Comma,
                Number | Bareword | Kind::String | Variable,
            ) => self.restart(2),
            (Expression | Group | Comma, _, LeftParenthesis) if unary => self.drop_second(1),
            (Keyword | Expression | Group, _, Number | Bareword | Variable | Kind::String | Function)
                if unary =>
            {
                self.drop_second(1)
            }
            // `, -1` also takes the value before the comma: `1, -1` is one value.
            (Comma, _, Number | Bareword | Variable | Kind::String) if unary => self.drop_second(3),
            (Comma, _, Function) if unary => self.drop_second(1),
            // A table's name after a database's.
            (Bareword, Dot, Bareword) => self.restart(2),
            (Expression, Dot, Bareword) => self.drop_second(1),
            (Function, LeftParenthesis, last) if last != RightParenthesis && first.is_word(b"USER") => {
                // USER() takes no argument; `User (x)` is prose.
                self.tokens[left].kind = Bareword;
                Step::Pass
            }
            _ => Step::Pass,
        }
    }

    /// Puts the third token in the second's place, drops `count` tokens, and looks again from the first.
    fn drop_second(&mut self, count: usize) -> Step {
        self.tokens[self.left + 1] = self.tokens[self.left + 2];
        self.restart(count)
    }
}

/// Two words that make one known phrase: `UNION ALL`, `IS NOT`, `INSERT INTO`.
fn merge(first: &Token, second: &Token) -> Option<Token> {
    use Kind::{Bareword, Expression, Function, Keyword, LogicOperator, Operator, SqlType, Tsql, Union};
    let merges = matches!(
        first.kind,
        Keyword | Bareword | Operator | Union | Function | Expression | Tsql | SqlType
    ) && matches!(
        second.kind,
        Keyword | Bareword | Operator | Union | Function | Expression | Tsql | SqlType | LogicOperator
    );
    if !merges || !words::may_be_phrase(first, second) {
        return None;
    }
    let mut token = first.joined(second)?;
    token.kind = words::kind_of(&token)?;
    (token.open, token.close) = (first.open, first.close);
    Some(token)
}
