//! Walks steps over a value. No floats: numbers are compared as decimals.

use std::borrow::Cow;
use std::cmp::Ordering;

use serde_json::Value;

use super::parse::{Slice, Step};

type Found<'a> = Vec<Cow<'a, Value>>;

/// How many more results of `..` and of unions a whole template may lead to: each multiplies what there is, and so does
/// each range.
pub(super) struct Patience {
    most: usize,
    left: usize,
}

impl Patience {
    /// Patience with a template over a value.
    pub(super) fn with(value: &Value) -> Patience {
        let most = MOST.max(size(value));
        Patience { most, left: most }
    }
    fn spend(&mut self, results: usize) -> Result<(), String> {
        let left = self.left.checked_sub(results);
        self.left = left.unwrap_or(0);
        left.map(drop).ok_or_else(|| format!("more than {} results: use fewer \"..\" and unions", self.most))
    }
}

/// All values that the steps lead to, in order; missing keys lead nowhere.
pub(super) fn walk<'a>(steps: &[Step], root: &'a Value, patience: &mut Patience) -> Result<Found<'a>, String> {
    let mut current = vec![Cow::Borrowed(root)];
    for step in steps {
        current = take(step, current, patience)?;
    }
    Ok(current)
}

/// Nobody wants to read more results than this, or than all that there is once.
const MOST: usize = 100_000;

/// How many values there are in a value, itself included.
fn size(value: &Value) -> usize {
    1 + match value {
        Value::Array(items) => items.iter().map(size).sum(),
        Value::Object(fields) => fields.values().map(size).sum::<usize>(),
        _ => 0,
    }
}

fn take<'a>(step: &Step, from: Found<'a>, patience: &mut Patience) -> Result<Found<'a>, String> {
    match step {
        Step::Field(name) => Ok(from.into_iter().filter_map(|value| field(value, name)).collect()),
        Step::Wildcard => Ok(from.into_iter().flat_map(children).collect()),
        Step::Recursive => {
            let found: Found = from.into_iter().flat_map(descend).take(patience.left.saturating_add(1)).collect();
            patience.spend(found.len()).map(|()| found)
        }
        Step::Literal(value) => Ok(vec![Cow::Owned(value.clone())]),
        Step::Word(name) => Err(format!("unrecognized identifier {name}")),
        Step::Union(members) => {
            let mut found = Vec::new();
            for member in members {
                found.extend(take(member, from.clone(), patience)?);
                patience.spend(if members.len() > 1 { from.len() } else { 0 })?;
            }
            Ok(found)
        }
        Step::Slice(slice) => {
            let each = from.into_iter().map(|value| cut(slice, value));
            each.collect::<Result<Vec<_>, _>>().map(|found| found.into_iter().flatten().collect())
        }
        Step::Filter { left, test } => filter(left, test.as_ref(), from, patience),
    }
}

fn field<'a>(value: Cow<'a, Value>, name: &str) -> Option<Cow<'a, Value>> {
    match value {
        Cow::Borrowed(value) => value.as_object()?.get(name).map(Cow::Borrowed),
        Cow::Owned(value) => value.as_object()?.get(name).cloned().map(Cow::Owned),
    }
}

fn children(value: Cow<'_, Value>) -> Found<'_> {
    match value {
        Cow::Borrowed(Value::Array(items)) => items.iter().map(Cow::Borrowed).collect(),
        Cow::Borrowed(Value::Object(fields)) => fields.values().map(Cow::Borrowed).collect(),
        Cow::Owned(Value::Array(items)) => items.into_iter().map(Cow::Owned).collect(),
        Cow::Owned(Value::Object(fields)) => fields.into_iter().map(|(_, value)| Cow::Owned(value)).collect(),
        Cow::Borrowed(_) | Cow::Owned(_) => Vec::new(),
    }
}

/// The value itself and all that is in it, leaves left out.
fn descend(value: Cow<'_, Value>) -> Found<'_> {
    let inner = children(value.clone());
    if inner.is_empty() {
        return Vec::new();
    }
    let mut found = vec![value];
    found.extend(inner.into_iter().flat_map(descend));
    found
}

fn cut<'a>(slice: &Slice, value: Cow<'a, Value>) -> Result<Found<'a>, String> {
    let length = match value.as_ref() {
        Value::Null => return Ok(Vec::new()),
        Value::Array(items) => i64::try_from(items.len()).unwrap_or(i64::MAX),
        other => return Err(format!("{} is not array or slice", go_type(other))),
    };
    let Some((start, end)) = bounds(slice, length)? else {
        return Ok(Vec::new());
    };
    let step = slice.step.unwrap_or(1);
    if step <= 0 {
        return Err("step must be > 0".to_string());
    }
    let wanted = |(index, item)| {
        let index = i64::try_from(index).unwrap_or(i64::MAX);
        ((start..end).contains(&index) && (index - start) % step == 0).then_some(item)
    };
    Ok(children(value).into_iter().enumerate().filter_map(wanted).collect())
}

/// First and last-but-one index, or nothing if no element is asked for.
fn bounds(slice: &Slice, length: i64) -> Result<Option<(i64, i64)>, String> {
    let from_end = |at: i64| {
        if at < 0 { at.saturating_add(length) } else { at }
    };
    let first = slice.start.unwrap_or(0);
    let start = from_end(first);
    let end = match slice.end {
        _ if slice.is_index => start.saturating_add(1),
        Some(end) => from_end(end),
        None => length,
    };
    let outside = |index: i64| Err(format!("array index out of bounds: index {index}, length {length}"));
    match (start, end) {
        _ if start == end => Ok(None),
        _ if start >= length || start < 0 => outside(start),
        _ if end > length || end < 0 => outside(end - 1),
        _ if start > end => Err(format!("starting index {start} is greater than ending index {end}")),
        _ => Ok(Some((start, end))),
    }
}

fn go_type(value: &Value) -> &'static str {
    match value {
        Value::Bool(_) => "bool",
        Value::Number(number) if number.to_string().contains(['.', 'e']) => "float64",
        Value::Number(_) => "int64",
        Value::String(_) => "string",
        Value::Null | Value::Array(_) | Value::Object(_) => "map[string]interface {}",
    }
}

fn filter<'a>(left: &[Step], test: Option<&(String, Vec<Step>)>, from: Found<'a>, patience: &mut Patience) -> Result<Found<'a>, String> {
    let mut kept = Vec::new();
    for item in from.into_iter().flat_map(children) {
        if passes(left, test, &item, patience)? {
            kept.push(item);
        }
    }
    Ok(kept)
}

fn passes(left: &[Step], test: Option<&(String, Vec<Step>)>, item: &Value, patience: &mut Patience) -> Result<bool, String> {
    let lefts = walk(left, item, patience)?;
    let Some((operator, right)) = test else {
        return Ok(!lefts.is_empty());
    };
    let rights = walk(right, item, patience)?;
    match (lefts.as_slice(), rights.as_slice()) {
        ([], _) | (_, []) => Ok(false),
        ([left], [right]) => compare(left, operator, right),
        _ => Err("can only compare one element at a time".to_string()),
    }
}

fn compare(left: &Value, operator: &str, right: &Value) -> Result<bool, String> {
    let order = order(left, right).ok_or("incompatible types for comparison")?;
    match operator {
        "==" => Ok(order == Ordering::Equal),
        "!=" => Ok(order != Ordering::Equal),
        "<" => Ok(order == Ordering::Less),
        "<=" => Ok(order != Ordering::Greater),
        ">" => Ok(order == Ordering::Greater),
        ">=" => Ok(order != Ordering::Less),
        other => Err(format!("unrecognized filter operator {other}")),
    }
}

fn order(left: &Value, right: &Value) -> Option<Ordering> {
    match (left, right) {
        (Value::String(left), Value::String(right)) => Some(left.cmp(right)),
        (Value::Bool(left), Value::Bool(right)) => Some(left.cmp(right)),
        (Value::Number(left), Value::Number(right)) => Some(billionths(&left.to_string())?.cmp(&billionths(&right.to_string())?)),
        _ => None,
    }
}

/// A decimal as a whole number of billionths; digits beyond the ninth do not count.
fn billionths(text: &str) -> Option<i128> {
    let (sign, digits) = text.strip_prefix('-').map_or((1, text), |rest| (-1, rest));
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    let fraction: String = fraction.chars().chain("000000000".chars()).take(9).collect();
    let value = whole.parse::<i128>().ok()?.checked_mul(1_000_000_000)?;
    Some(sign * value.checked_add(fraction.parse().ok()?)?)
}
