//! Label selectors as text: what `-l` reads, and how selectors are printed. Upstream: apimachinery/pkg/labels.

use super::labels::{Operator, Requirement, Selector};
use super::meta::Name;
use super::validate::{label_value, qualified_name};

/// Reads `a=1,b!=2,c in (x,y),d notin (z),e,!f`; the error is upstream's text.
pub fn parse(text: &str) -> Result<Selector, String> {
    let mut words = Words { words: split(text), at: 0 };
    let mut requirements = Vec::new();
    if words.words.is_empty() {
        return Ok(Selector::default());
    }
    loop {
        requirements.push(words.requirement()?);
        match words.next().as_str() {
            "" => return Ok(Selector { match_expressions: requirements, ..Selector::default() }),
            "," => {}
            other => return Err(format!("found '{other}', expected: ',' or 'end of string'")),
        }
    }
}

/// `a=1,b in (x,y),!c`, as tables and `describe` print a selector.
pub fn print(selector: &Selector) -> String {
    let pairs = selector.match_labels.iter().map(|(key, value)| format!("{key}={value}"));
    pairs.chain(selector.match_expressions.iter().map(requirement)).collect::<Vec<_>>().join(",")
}

fn requirement(r: &Requirement) -> String {
    let values = r.values.iter().map(|v| &**v).collect::<Vec<_>>().join(",");
    match r.operator {
        Operator::In => format!("{} in ({values})", r.key),
        Operator::NotIn => format!("{} notin ({values})", r.key),
        Operator::Exists => r.key.to_string(),
        Operator::DoesNotExist => format!("!{}", r.key),
    }
}

const SPECIAL: &str = "=!(),<>";

fn split(text: &str) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    let mut word = String::new();
    let flush = |word: &mut String, words: &mut Vec<String>| {
        if !word.is_empty() {
            words.push(std::mem::take(word));
        }
    };
    for c in text.chars() {
        if c.is_whitespace() {
            flush(&mut word, &mut words);
        } else if SPECIAL.contains(c) {
            flush(&mut word, &mut words);
            match words.last_mut() {
                Some(last) if c == '=' && (last == "=" || last == "!") => last.push(c),
                _ => words.push(c.to_string()),
            }
        } else {
            word.push(c);
        }
    }
    flush(&mut word, &mut words);
    words
}

struct Words {
    words: Vec<String>,
    at: usize,
}

impl Words {
    fn next(&mut self) -> String {
        self.at += 1;
        self.words.get(self.at - 1).cloned().unwrap_or_default()
    }
    fn peek(&self) -> &str {
        self.words.get(self.at).map_or("", String::as_str)
    }
    /// A label key or value; the end of the text and a comma count as an empty value.
    fn value(&mut self) -> Result<Name, String> {
        if matches!(self.peek(), "" | ",") {
            return Ok(Name::default());
        }
        let word = self.next();
        if word.contains(|c| SPECIAL.contains(c)) {
            return Err(format!("unable to parse requirement: found '{word}', expected: identifier"));
        }
        Ok(word.into())
    }

    fn requirement(&mut self) -> Result<Requirement, String> {
        let absent = self.peek() == "!";
        if absent {
            self.next();
        }
        let key = self.value()?;
        if key.is_empty() {
            let found = self.peek().to_owned();
            return Err(format!("unable to parse requirement: found '{found}', expected: !, identifier, or 'end of string'"));
        }
        if let Some(detail) = qualified_name(&key).first() {
            // Upstream gives no path here, and prints that it gives none.
            return Err(format!("unable to parse requirement: <nil>: Invalid value: {key:?}: {detail}"));
        }
        if absent || matches!(self.peek(), "" | ",") {
            let operator = if absent { Operator::DoesNotExist } else { Operator::Exists };
            return Ok(Requirement { key, operator, values: Vec::new() });
        }
        let (operator, many) = match self.next().as_str() {
            "=" | "==" => (Operator::In, false),
            "!=" => (Operator::NotIn, false),
            "in" => (Operator::In, true),
            "notin" => (Operator::NotIn, true),
            other => return Err(format!("unable to parse requirement: found '{other}', expected: in, notin, =, ==, !=, gt, lt")),
        };
        let values = if many { self.values()? } else { vec![self.value()?] };
        check_values(&key, &values)?;
        Ok(Requirement { key, operator, values })
    }

    fn values(&mut self) -> Result<Vec<Name>, String> {
        let open = self.next();
        if open != "(" {
            return Err(format!("unable to parse requirement: found '{open}' expected: '('"));
        }
        let mut values = Vec::new();
        loop {
            // An empty list holds the empty value. Upstream: parseValues, "handles ()".
            values.push(if self.peek() == ")" { Name::default() } else { self.value()? });
            match self.next().as_str() {
                ")" => return Ok(values),
                "," => {}
                other => return Err(format!("unable to parse requirement: found '{other}', expected: ',' or ')'")),
            }
        }
    }
}

/// Upstream: NewRequirement.
fn check_values(key: &str, values: &[Name]) -> Result<(), String> {
    let wrong = |(i, value): (usize, &Name)| {
        let wrong = label_value(value);
        let detail = wrong.first()?;
        Some(format!("unable to parse requirement: values[{i}][{key}]: Invalid value: {value:?}: {detail}"))
    };
    values.iter().enumerate().find_map(wrong).map_or(Ok(()), Err)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::api::Labels;

    #[test]
    fn read_and_match() {
        let labels: Labels = [("app", "kubia"), ("tier", "db")].into_iter().collect();
        for (text, matches) in [
            ("app=kubia", true),
            ("app==kubia,tier=db", true),
            ("app!=kubia", false),
            ("env!=prod", true),
            ("app in (kubia, pet)", true),
            ("app notin (kubia)", false),
            ("app,!env", true),
            ("!app", false),
            ("app notin ()", true),
            ("app in (x,)", false),
            ("", true),
        ] {
            assert_eq!(parse(text).map(|s| s.matches(&labels)), Ok(matches), "{text}");
        }
    }

    #[test]
    fn refused_in_upstreams_words() {
        let wrong = |text: &str| parse(text).unwrap_err();
        assert_eq!(wrong("app in (kubia"), "unable to parse requirement: found '', expected: ',' or ')'");
        let start = |text: &str| wrong(text).split(" must").next().map(str::to_owned).unwrap();
        assert_eq!(start("}$!="), "unable to parse requirement: <nil>: Invalid value: \"}$\": name part");
        assert!(
            wrong("app in (a,b$)").starts_with("unable to parse requirement: values[1][app]: Invalid value: \"b$\": a valid label must be")
        );
        assert_eq!(wrong("app kubia"), "unable to parse requirement: found 'kubia', expected: in, notin, =, ==, !=, gt, lt");
    }
}
