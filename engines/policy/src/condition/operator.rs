//! The names of condition operators and what they compare.

use std::cmp::Ordering;
use std::fmt;

/// How a multivalued key is compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Quantifier {
    /// One value of the request suffices.
    None,
    /// Every value of the request must match.
    ForAllValues,
    /// At least one value of the request must match.
    ForAnyValue,
}

/// What values have in common with respect to comparison.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Family {
    Text,
    TextFold,
    TextLike,
    Number,
    Date,
    Boolean,
    Binary,
    Network,
    Arn,
    Null,
}

/// Which orders satisfy an operator.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Comparison {
    Equal,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
}

impl Comparison {
    pub(crate) fn holds(self, order: Option<Ordering>) -> bool {
        order.is_some_and(|order| match self {
            Self::Equal => order.is_eq(),
            Self::Less => order.is_lt(),
            Self::LessOrEqual => order.is_le(),
            Self::Greater => order.is_gt(),
            Self::GreaterOrEqual => order.is_ge(),
        })
    }
}

macro_rules! operators {
    ($($name:ident: $family:ident, $comparison:ident, $negated:literal;)*) => {
        /// A condition operator, without set qualifier and `IfExists`.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        pub enum Operator {
            $(
                #[doc = concat!("`", stringify!($name), "`.")]
                $name,
            )*
        }

        impl Operator {
            /// Every operator.
            pub const ALL: &'static [Self] = &[$(Self::$name),*];

            /// The name as written in policies.
            pub fn name(self) -> &'static str {
                match self { $(Self::$name => stringify!($name),)* }
            }

            pub(crate) fn family(self) -> Family {
                match self { $(Self::$name => Family::$family,)* }
            }

            pub(crate) fn comparison(self) -> Comparison {
                match self { $(Self::$name => Comparison::$comparison,)* }
            }

            /// Whether it holds where its positive twin does not.
            pub fn is_negated(self) -> bool {
                match self { $(Self::$name => $negated,)* }
            }
        }
    };
}

operators! {
    StringEquals: Text, Equal, false;
    StringNotEquals: Text, Equal, true;
    StringEqualsIgnoreCase: TextFold, Equal, false;
    StringNotEqualsIgnoreCase: TextFold, Equal, true;
    StringLike: TextLike, Equal, false;
    StringNotLike: TextLike, Equal, true;
    NumericEquals: Number, Equal, false;
    NumericNotEquals: Number, Equal, true;
    NumericLessThan: Number, Less, false;
    NumericLessThanEquals: Number, LessOrEqual, false;
    NumericGreaterThan: Number, Greater, false;
    NumericGreaterThanEquals: Number, GreaterOrEqual, false;
    DateEquals: Date, Equal, false;
    DateNotEquals: Date, Equal, true;
    DateLessThan: Date, Less, false;
    DateLessThanEquals: Date, LessOrEqual, false;
    DateGreaterThan: Date, Greater, false;
    DateGreaterThanEquals: Date, GreaterOrEqual, false;
    Bool: Boolean, Equal, false;
    BinaryEquals: Binary, Equal, false;
    IpAddress: Network, Equal, false;
    NotIpAddress: Network, Equal, true;
    ArnEquals: Arn, Equal, false;
    ArnLike: Arn, Equal, false;
    ArnNotEquals: Arn, Equal, true;
    ArnNotLike: Arn, Equal, true;
    Null: Null, Equal, false;
}

impl Operator {
    /// Whether its values are dates.
    pub(crate) fn is_date(self) -> bool {
        self.family() == Family::Date
    }

    /// Splits `ForAnyValue:StringLikeIfExists` into its three parts. `Null` takes no `IfExists`.
    pub(crate) fn parse(text: &str) -> Option<(Quantifier, Self, bool)> {
        let (quantifier, rest) = match text.split_once(':') {
            None => (Quantifier::None, text),
            Some(("ForAllValues", rest)) => (Quantifier::ForAllValues, rest),
            Some(("ForAnyValue", rest)) => (Quantifier::ForAnyValue, rest),
            Some(_) => return None,
        };
        let (name, if_exists) = match rest.strip_suffix("IfExists") {
            Some(name) => (name, true),
            None => (rest, false),
        };
        let operator = Self::ALL
            .iter()
            .copied()
            .find(|operator| operator.name() == name)?;
        (operator != Self::Null || !if_exists).then_some((quantifier, operator, if_exists))
    }
}

impl fmt::Display for Operator {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}
