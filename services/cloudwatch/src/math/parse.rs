//! Expressions as trees.

/// Expressions may be nested so deep.
const MAX_DEPTH: usize = 50;

#[derive(Debug, Clone, PartialEq)]
pub(super) enum Expr {
    Number(f64),
    Text(String),
    Id(String),
    Negative(Box<Self>),
    Binary(char, Box<Self>, Box<Self>),
    Call(String, Vec<Self>),
    List(Vec<Self>),
}

pub(super) fn parse(text: &str) -> Result<Expr, String> {
    let mut parser = Parser { rest: text, depth: 0 };
    let expression = parser.sum()?;
    parser.skip_spaces();
    if parser.rest.is_empty() {
        Ok(expression)
    } else {
        Err(format!("unexpected '{}'", parser.rest))
    }
}

struct Parser<'a> {
    rest: &'a str,
    depth: usize,
}

impl Parser<'_> {
    fn sum(&mut self) -> Result<Expr, String> {
        let mut left = self.product()?;
        while let Some(operator) = self.take_any(&['+', '-']) {
            left = Expr::Binary(operator, Box::new(left), Box::new(self.product()?));
        }
        Ok(left)
    }

    fn product(&mut self) -> Result<Expr, String> {
        let mut left = self.power()?;
        while let Some(operator) = self.take_any(&['*', '/']) {
            left = Expr::Binary(operator, Box::new(left), Box::new(self.power()?));
        }
        Ok(left)
    }

    /// Binds to the right, and stronger than a sign.
    fn power(&mut self) -> Result<Expr, String> {
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            return Err("it is nested too deeply".into());
        }
        let expression = if self.take_any(&['-']).is_some() {
            Expr::Negative(Box::new(self.power()?))
        } else {
            let base = self.primary()?;
            match self.take_any(&['^']) {
                Some(operator) => Expr::Binary(operator, Box::new(base), Box::new(self.power()?)),
                None => base,
            }
        };
        self.depth -= 1;
        Ok(expression)
    }

    fn primary(&mut self) -> Result<Expr, String> {
        self.skip_spaces();
        let Some(first) = self.rest.chars().next() else {
            return Err("it ends too early".into());
        };
        match first {
            '(' => {
                self.take_any(&['(']);
                let inner = self.sum()?;
                self.close(')')?;
                Ok(inner)
            }
            '[' => {
                self.take_any(&['[']);
                Ok(Expr::List(self.list(']')?))
            }
            '"' | '\'' => {
                let body = &self.rest[1..];
                let end = body.find(first).ok_or("a quotation mark is missing")?;
                self.rest = &body[end + 1..];
                Ok(Expr::Text(body[..end].to_owned()))
            }
            '0'..='9' | '.' => {
                let number = self.take_while(|next| next.is_ascii_digit() || next == '.');
                let number = number.parse().map_err(|_| format!("'{number}' is no number"))?;
                Ok(Expr::Number(number))
            }
            'a'..='z' | 'A'..='Z' => {
                let word = self
                    .take_while(|next| next.is_ascii_alphanumeric() || next == '_')
                    .to_owned();
                if self.take_any(&['(']).is_some() {
                    Ok(Expr::Call(word.to_ascii_uppercase(), self.list(')')?))
                } else {
                    Ok(Expr::Id(word))
                }
            }
            other => Err(format!("unexpected '{other}'")),
        }
    }

    fn list(&mut self, close: char) -> Result<Vec<Expr>, String> {
        let mut items = Vec::new();
        if self.take_any(&[close]).is_some() {
            return Ok(items);
        }
        loop {
            items.push(self.sum()?);
            if self.take_any(&[',']).is_none() {
                self.close(close)?;
                return Ok(items);
            }
        }
    }

    fn close(&mut self, bracket: char) -> Result<(), String> {
        self.take_any(&[bracket])
            .map(drop)
            .ok_or_else(|| format!("'{bracket}' is missing"))
    }

    fn take_any(&mut self, wanted: &[char]) -> Option<char> {
        self.skip_spaces();
        let first = self.rest.chars().next().filter(|first| wanted.contains(first))?;
        self.rest = &self.rest[first.len_utf8()..];
        Some(first)
    }

    fn take_while(&mut self, belongs: impl Fn(char) -> bool) -> &str {
        let end = self.rest.find(|next| !belongs(next)).unwrap_or(self.rest.len());
        let (taken, rest) = self.rest.split_at(end);
        self.rest = rest;
        taken
    }

    fn skip_spaces(&mut self) {
        self.rest = self.rest.trim_start();
    }
}
