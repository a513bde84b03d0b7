//! A token of the SQL reading, and its kind.

/// The longest token text that counts; what is beyond takes no part in any decision.
pub(super) const MAX_TEXT: usize = 31;

/// What a token is. The discriminant is the letter that stands for it in a fingerprint.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Kind {
    /// No token.
    None = 0,
    /// A keyword that is none of the more telling ones below.
    Keyword = b'k',
    /// `UNION`, `EXCEPT`, `INTERSECT` and their kin.
    Union = b'U',
    /// `GROUP BY`, `LIMIT`, `HAVING`, `ORDER BY`.
    Group = b'B',
    /// A word that begins an expression: `SELECT`, `CASE`, `INSERT`.
    Expression = b'E',
    /// A type name.
    SqlType = b't',
    /// A function name.
    Function = b'f',
    /// A word without a meaning of its own.
    Bareword = b'n',
    /// A number.
    Number = b'1',
    /// `@var`, `@@var`, or a word that acts as one.
    Variable = b'v',
    /// A string.
    String = b's',
    /// An operator.
    Operator = b'o',
    /// `AND`, `OR`, `&&`, `||`, `XOR`.
    LogicOperator = b'&',
    /// A comment.
    Comment = b'c',
    /// `COLLATE`.
    Collate = b'A',
    /// `(`.
    LeftParenthesis = b'(',
    /// `)`.
    RightParenthesis = b')',
    /// `{`.
    LeftBrace = b'{',
    /// `}`.
    RightBrace = b'}',
    /// `.`.
    Dot = b'.',
    /// `,`.
    Comma = b',',
    /// `:`.
    Colon = b':',
    /// `;`.
    Semicolon = b';',
    /// A word that begins a Transact-SQL statement.
    Tsql = b'T',
    /// A byte with no meaning.
    Unknown = b'?',
    /// What no honest input has: nested or executable comments.
    Evil = b'X',
    /// `\`.
    Backslash = b'\\',
}

impl Kind {
    /// The kind that a letter stands for; used when the word list is read.
    pub(super) const fn from_letter(letter: u8) -> Self {
        match letter {
            b'k' => Self::Keyword,
            b'U' => Self::Union,
            b'B' => Self::Group,
            b'E' => Self::Expression,
            b't' => Self::SqlType,
            b'f' => Self::Function,
            b'n' => Self::Bareword,
            b'1' => Self::Number,
            b'v' => Self::Variable,
            b'o' => Self::Operator,
            b'&' => Self::LogicOperator,
            b'A' => Self::Collate,
            b'T' => Self::Tsql,
            _ => Self::None,
        }
    }

    /// The letter in a fingerprint.
    #[must_use]
    pub const fn letter(self) -> u8 {
        self as u8
    }
}

/// One token. `text` holds the first [`MAX_TEXT`] bytes (or the words that folding merged).
#[derive(Clone, Copy, Debug)]
pub struct Token {
    pub(super) kind: Kind,
    pub(super) len: u8,
    /// The quote that opened a string; 0 where the quote is imagined before the input.
    pub(super) open: u8,
    /// The quote that closed it; 0 where the input ended first.
    pub(super) close: u8,
    /// How many `@` stood before a variable.
    pub(super) ats: u8,
    text: [u8; MAX_TEXT + 1],
}

impl Token {
    pub(super) const EMPTY: Self = Self {
        kind: Kind::None,
        len: 0,
        open: 0,
        close: 0,
        ats: 0,
        text: [0; MAX_TEXT + 1],
    };

    /// A token over `input[start..end]`, which the caller has measured.
    #[inline]
    pub(super) fn new(kind: Kind, input: &[u8], start: usize, end: usize) -> Self {
        let len = (end - start).min(MAX_TEXT);
        let mut text = [0; MAX_TEXT + 1];
        // A block of fixed size copies as two vector moves; only the last bytes of an input need the slow way.
        if let Some(block) = input.get(start..start + MAX_TEXT + 1) {
            text.copy_from_slice(block);
        } else if let Some(rest) = input.get(start..start + len) {
            text[..len].copy_from_slice(rest);
        }
        Self {
            kind,
            len: len as u8,
            open: 0,
            close: 0,
            ats: 0,
            text,
        }
    }

    /// A token of one byte.
    #[inline]
    pub(super) fn byte(kind: Kind, byte: u8) -> Self {
        let mut text = [0; MAX_TEXT + 1];
        text[0] = byte;
        Self {
            kind,
            len: 1,
            open: 0,
            close: 0,
            ats: 0,
            text,
        }
    }

    /// The kind of the token.
    #[must_use]
    pub const fn kind(&self) -> Kind {
        self.kind
    }

    /// The token's text, cut after 31 bytes.
    #[must_use]
    pub fn text(&self) -> &[u8] {
        &self.text[..usize::from(self.len)]
    }

    /// The token as libinjection's test files write it: the kind's letter, a space, the text with its quotes and
    /// `@` signs.
    #[must_use]
    pub fn display(&self) -> Vec<u8> {
        let quotes = matches!(self.kind, Kind::String | Kind::Variable);
        let mut line = vec![self.kind.letter(), b' '];
        line.extend(std::iter::repeat_n(b'@', usize::from(self.ats)));
        line.extend(Some(self.open).filter(|open| quotes && *open != 0));
        line.extend_from_slice(self.text());
        line.extend(Some(self.close).filter(|close| quotes && *close != 0));
        line
    }

    /// The text's block, valid up to `len`.
    pub(super) const fn block(&self) -> &[u8; MAX_TEXT + 1] {
        &self.text
    }

    /// The first byte, 0 for an empty text.
    pub(super) fn first(&self) -> u8 {
        if self.len == 0 { 0 } else { self.text[0] }
    }

    /// Is the text this word, whatever its case?
    pub(super) fn is_word(&self, upper: &[u8]) -> bool {
        self.text().eq_ignore_ascii_case(upper)
    }

    /// `a b` as one text, if it is short enough.
    pub(super) fn joined(&self, other: &Self) -> Option<Self> {
        let (left, right) = (self.text(), other.text());
        let len = left.len() + right.len() + 1;
        if len > MAX_TEXT {
            return None;
        }
        let mut token = *self;
        token.text[left.len()] = b' ';
        token.text[left.len() + 1..len].copy_from_slice(right);
        token.len = len as u8;
        (token.open, token.close, token.ats) = (self.open, self.close, self.ats);
        Some(token)
    }

    /// `+`, `-`, `*`, `/` or `%`.
    pub(super) fn is_arithmetic(&self) -> bool {
        self.kind == Kind::Operator
            && self.len == 1
            && matches!(self.text[0], b'*' | b'/' | b'-' | b'+' | b'%')
    }

    /// An operator that may stand before a value: `+ - ! ~ !! NOT`.
    pub(super) fn is_unary(&self) -> bool {
        self.kind == Kind::Operator
            && match self.len {
                1 => matches!(self.text[0], b'+' | b'-' | b'!' | b'~'),
                2 => self.text[..2] == *b"!!",
                3 => self.is_word(b"NOT"),
                _ => false,
            }
    }
}
