//! Values of expressions.

use std::collections::BTreeMap;

use super::parse::{Expr, parse};
use super::{Named, Series};

/// Points with the label of their series.
pub(crate) type Labelled = (String, Points);

type Points = BTreeMap<i64, f64>;

/// What an expression comes to.
#[derive(Debug, Clone)]
enum Value {
    Scalar(f64),
    Text,
    One(Series),
    Many(Vec<Series>),
}

/// Expressions may refer to others so deep.
const MAX_REFERENCES: usize = 20;

/// The series that an id stands for, with their labels: several where its expression gives several.
pub(crate) fn evaluate(named: &BTreeMap<String, Named>, id: &str) -> Result<Vec<Labelled>, String> {
    let is_expression = matches!(named.get(id), Some(Named::Expression(_)));
    match value_of(named, id, 0)? {
        Value::One(series) => {
            let label = if is_expression {
                id.to_owned()
            } else {
                series.label
            };
            Ok(vec![(label, series.values)])
        }
        Value::Many(all) => Ok(all
            .into_iter()
            .map(|series| (series.label, series.values))
            .collect()),
        Value::Scalar(_) | Value::Text => Err("the result is not a time series".into()),
    }
}

fn value_of(named: &BTreeMap<String, Named>, id: &str, depth: usize) -> Result<Value, String> {
    if depth > MAX_REFERENCES {
        return Err("expressions refer to each other in a circle".into());
    }
    match named.get(id) {
        None => Err(format!("there is no '{id}'")),
        Some(Named::Metric(series)) => Ok(Value::One(series.clone())),
        Some(Named::Expression(text)) => Evaluation { named, depth }.value(&parse(text)?),
    }
}

struct Evaluation<'a> {
    named: &'a BTreeMap<String, Named>,
    depth: usize,
}

impl Evaluation<'_> {
    fn value(&self, expression: &Expr) -> Result<Value, String> {
        match expression {
            Expr::Number(number) => Ok(Value::Scalar(*number)),
            Expr::Text(_) => Ok(Value::Text),
            Expr::Id(id) => value_of(self.named, id, self.depth + 1),
            Expr::Negative(inner) => each(self.value(inner)?, |value| -value),
            Expr::Binary(operator, left, right) => {
                combine(self.value(left)?, self.value(right)?, operation(*operator))
            }
            Expr::List(items) => {
                let mut all = Vec::new();
                for item in items {
                    all.extend(list(self.value(item)?)?);
                }
                Ok(Value::Many(all))
            }
            Expr::Call(name, arguments) => self.call(name, arguments),
        }
    }

    fn call(&self, name: &str, arguments: &[Expr]) -> Result<Value, String> {
        let argument = |nth: usize| match arguments.get(nth) {
            Some(argument) => self.value(argument),
            None => Err(format!("{name} needs more arguments")),
        };
        match name {
            "ABS" => each(argument(0)?, f64::abs),
            "CEIL" => each(argument(0)?, f64::ceil),
            "FLOOR" => each(argument(0)?, f64::floor),
            "SUM" => reduce(argument(0)?, |values| values.iter().sum()),
            "AVG" => reduce(argument(0)?, |values| {
                values.iter().sum::<f64>() / values.len() as f64
            }),
            "MIN" => reduce(argument(0)?, |values| {
                values.iter().copied().fold(f64::INFINITY, f64::min)
            }),
            "MAX" => reduce(argument(0)?, |values| {
                values.iter().copied().fold(f64::NEG_INFINITY, f64::max)
            }),
            "METRICS" => self.metrics(arguments.first()),
            "PERIOD" => match argument(0)? {
                Value::One(series) => Ok(Value::Scalar(series.period as f64)),
                _ => Err("PERIOD wants one time series".into()),
            },
            "RATE" => map(argument(0)?, |series| rate(&series.values)),
            "FILL" => self.fill(argument(0)?, arguments.get(1).ok_or("FILL needs a value")?),
            other => Err(format!("the function {other} is not supported")),
        }
    }

    /// All metrics, or those whose id contains a text.
    fn metrics(&self, part: Option<&Expr>) -> Result<Value, String> {
        let part = match part {
            None => "",
            Some(Expr::Text(part)) => part,
            Some(_) => return Err("METRICS wants a text".into()),
        };
        let found = self.named.iter().filter(|(id, _)| id.contains(part));
        let found = found.filter_map(|(_, named)| match named {
            Named::Metric(series) => Some(series.clone()),
            Named::Expression(_) => None,
        });
        Ok(Value::Many(found.collect()))
    }

    fn fill(&self, value: Value, with: &Expr) -> Result<Value, String> {
        let filler = match with {
            Expr::Id(word) if word == "REPEAT" => None,
            other => match self.value(other)? {
                Value::Scalar(number) => Some(number),
                _ => return Err("FILL wants a number or REPEAT".into()),
            },
        };
        map(value, |series| filled(series, filler))
    }
}

/// Points for the periods that have none: a number, or the value before.
fn filled(series: &Series, filler: Option<f64>) -> Points {
    let mut points = Points::new();
    let mut last = None;
    let mut at = series.span.0;
    while at < series.span.1 {
        let own = series.values.get(&at).copied();
        last = own.or(last);
        if let Some(value) = own.or(filler).or(last) {
            points.insert(at, value);
        }
        at += series.period;
    }
    points
}

/// Change per second since the point before.
fn rate(values: &Points) -> Points {
    let pairs = values.iter().zip(values.iter().skip(1));
    pairs
        .map(|((before, old), (at, new))| (*at, (new - old) / (at - before) as f64))
        .collect()
}

fn operation(operator: char) -> fn(f64, f64) -> f64 {
    match operator {
        '+' => |left, right| left + right,
        '-' => |left, right| left - right,
        '*' => |left, right| left * right,
        '/' => |left, right| left / right,
        _ => f64::powf,
    }
}

fn each(value: Value, change: impl Fn(f64) -> f64) -> Result<Value, String> {
    match value {
        Value::Scalar(number) => Ok(Value::Scalar(change(number))),
        value => map(value, |series| {
            finite(series.values.iter().map(|(at, value)| (*at, change(*value))))
        }),
    }
}

fn map(value: Value, change: impl Fn(&Series) -> Points) -> Result<Value, String> {
    let changed = |series: Series| Series {
        values: change(&series),
        ..series
    };
    match value {
        Value::One(series) => Ok(Value::One(changed(series))),
        Value::Many(all) => Ok(Value::Many(all.into_iter().map(changed).collect())),
        Value::Scalar(_) | Value::Text => Err("a time series is wanted".into()),
    }
}

fn combine(left: Value, right: Value, with: fn(f64, f64) -> f64) -> Result<Value, String> {
    match (left, right) {
        (Value::Scalar(left), Value::Scalar(right)) => Ok(Value::Scalar(with(left, right))),
        (Value::Scalar(left), right) => each(right, |right| with(left, right)),
        (left, Value::Scalar(right)) => each(left, |left| with(left, right)),
        (Value::One(left), Value::One(right)) => Ok(Value::One(joined(left, &right, with))),
        (Value::Many(left), Value::One(right)) => Ok(Value::Many(
            left.into_iter().map(|left| joined(left, &right, with)).collect(),
        )),
        (Value::One(left), Value::Many(right)) => {
            let join = |right: Series| Series {
                label: right.label.clone(),
                ..joined(left.clone(), &right, with)
            };
            Ok(Value::Many(right.into_iter().map(join).collect()))
        }
        _ => Err("these operands can't be combined".into()),
    }
}

fn joined(left: Series, right: &Series, with: fn(f64, f64) -> f64) -> Series {
    let pairs = left
        .values
        .iter()
        .filter_map(|(at, value)| Some((*at, with(*value, *right.values.get(at)?))));
    Series {
        values: finite(pairs),
        ..left
    }
}

/// A division by zero has no point.
fn finite(points: impl Iterator<Item = (i64, f64)>) -> Points {
    points.filter(|(_, value)| value.is_finite()).collect()
}

fn list(value: Value) -> Result<Vec<Series>, String> {
    match value {
        Value::One(series) => Ok(vec![series]),
        Value::Many(all) => Ok(all),
        Value::Scalar(_) | Value::Text => Err("a time series is wanted".into()),
    }
}

/// Of one series a number; of several a series, point by point over those that have one.
fn reduce(value: Value, with: impl Fn(&[f64]) -> f64) -> Result<Value, String> {
    match value {
        Value::One(series) if series.values.is_empty() => Ok(Value::Scalar(0.0)),
        Value::One(series) => {
            let values: Vec<f64> = series.values.into_values().collect();
            Ok(Value::Scalar(with(&values)))
        }
        Value::Many(all) => {
            let mut gathered: BTreeMap<i64, Vec<f64>> = BTreeMap::new();
            for (at, value) in all.iter().flat_map(|series| &series.values) {
                gathered.entry(*at).or_default().push(*value);
            }
            let first = all.into_iter().next().ok_or("there is no time series")?;
            let values = gathered.into_iter().map(|(at, values)| (at, with(&values)));
            Ok(Value::One(Series {
                values: values.collect(),
                ..first
            }))
        }
        Value::Scalar(_) | Value::Text => Err("a time series is wanted".into()),
    }
}
