//! What may stand at a place of a manifest: the names of fields, the values of those that have few, and what they are for.

use crate::api::gate;
use crate::api::object::Kind;
use crate::shell::{FieldDoc, field_doc};

/// A place in a manifest.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    kind: Kind,
    /// Names of the fields around it, from the outside in.
    path: Vec<String>,
    /// The name that stands or begins there.
    name: String,
    /// The value behind it, as far as the cursor; `None` while the name is being written.
    value: Option<String>,
    /// Names that stand beside it.
    beside: Vec<String>,
}

/// Something that may be written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Offer {
    /// What it is called.
    pub word: String,
    /// Its type, where it is a field.
    pub kind: String,
    /// What it is for: a sentence; blank where none is known.
    pub words: String,
}

/// The name on a line, and the column in which it begins: that of what follows the dashes of a list.
fn name(line: &str) -> (usize, Option<&str>) {
    let rest = line.trim_start_matches([' ', '-']);
    let indent = line.len() - rest.len();
    let name = rest.split_once(':').filter(|(name, after)| !name.contains([' ', '#']) && (after.is_empty() || after.starts_with(' ')));
    (indent, name.map(|(name, _)| name))
}

impl Offer {
    /// What is written behind it: a field's colon, and a blank where its value stands on the same line.
    pub fn ending(&self) -> &'static str {
        let nests = self.kind.starts_with(|first: char| first.is_uppercase()) || self.kind.starts_with('[') || self.kind.starts_with("map");
        match self.kind.as_str() {
            "" => "",
            _ if nests => ":",
            _ => ": ",
        }
    }
}

impl Place {
    /// The place of a cursor; `None` where the text does not say of which kind it is.
    pub fn at(lines: &[String], (row, column): (usize, usize)) -> Option<Place> {
        let kind = lines.iter().find_map(|line| line.strip_prefix("kind:")).and_then(|kind| Kind::by_name(kind.trim()))?;
        let line = lines.get(row)?;
        let begun: String = line.chars().take(column).collect();
        let indent = if line.trim().is_empty() { column } else { name(line).0 };
        let word = begun.get(indent..).unwrap_or_default();
        let (word, value) = match (word.split_once(':'), name(line).1) {
            (Some((name, value)), _) => (name.to_owned(), Some(value.trim_start().to_owned())),
            (None, Some(whole)) => (whole.to_owned(), None),
            (None, None) => (word.to_owned(), None),
        };
        let (path, top) = around(lines, row, indent);
        let below = lines.iter().skip(row + 1).take_while(|line| line.trim().is_empty() || name(line).0 >= indent);
        let others = lines[top..row].iter().chain(below).map(|line| name(line));
        let beside = others.filter(|(at, _)| *at == indent).filter_map(|(_, name)| name.map(str::to_owned)).collect();
        Some(Place { kind, path, name: word, value, beside })
    }
    fn field(&self, name: &str) -> Option<FieldDoc> {
        let path: Vec<&str> = self.path.iter().map(String::as_str).chain([name]).collect();
        field_doc(self.kind, &path)
    }
    /// How many letters of it are there already.
    pub fn begun(&self) -> usize {
        self.value.as_ref().unwrap_or(&self.name).len()
    }
    /// What the name or the value that is begun there may become.
    pub fn offers(&self) -> Vec<Offer> {
        if let Some(value) = &self.value {
            let values = self.field(&self.name).map(|known| known.values).unwrap_or_default();
            let offer = |value: &&str| Offer { word: (*value).to_owned(), kind: String::new(), words: String::new() };
            return values.iter().filter(|known| known.starts_with(value.as_str())).map(offer).collect();
        }
        let path: Vec<&str> = self.path.iter().map(String::as_str).collect();
        let mut names: Vec<&str> = gate::shape(self.kind, &path).map(|shape| shape.fields.to_vec()).unwrap_or_default();
        names.retain(|name| name.starts_with(&self.name) && !self.beside.iter().any(|other| other == name));
        names.sort_unstable();
        names.into_iter().filter_map(|name| Some(self.offer(name, &self.field(name)?))).collect()
    }
    fn offer(&self, name: &str, known: &FieldDoc) -> Offer {
        Offer { word: name.to_owned(), kind: known.shape.text.clone(), words: first_sentence(known.text).to_owned() }
    }
    /// The field that stands there, where it is one.
    pub fn told(&self) -> Option<Offer> {
        self.field(&self.name).map(|known| self.offer(&self.name, &known))
    }
}

/// The names of the fields around a row of that indent, and the row below the innermost of them.
fn around(lines: &[String], row: usize, indent: usize) -> (Vec<String>, usize) {
    let (mut path, mut indent, mut top) = (Vec::new(), indent, None);
    for (at, line) in lines.iter().enumerate().take(row).rev().filter(|(_, line)| !line.trim().is_empty()) {
        let (here, name) = name(line);
        // The dash of a list's first item stands where its field does: the item begins behind it.
        if here < indent
            && let Some(name) = name
        {
            path.push(name.to_owned());
            top.get_or_insert(at + 1);
            indent = here;
        }
    }
    path.reverse();
    (path, top.unwrap_or(0))
}

fn first_sentence(text: &str) -> &str {
    let line = text.lines().next().unwrap_or_default();
    line.find(". ").map_or(line, |end| &line[..end + 1])
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "apiVersion: apps/v1
kind: StatefulSet
metadata:
  name: kubia
spec:
  podManagementPolicy: Ord
  template:
    spec:
      containers:
      - image: luksa/kubia-pet
        name: kubia
        vol
  re
";

    /// What is offered at the end of the line with these words, as many as there are.
    fn check(words: &str, expected: &[&str]) {
        let lines: Vec<String> = TEXT.lines().map(str::to_owned).collect();
        let row = lines.iter().position(|line| line.ends_with(words)).unwrap();
        let place = Place::at(&lines, (row, lines[row].len())).unwrap();
        assert_eq!(place.offers().iter().map(|offer| offer.word.as_str()).collect::<Vec<_>>(), expected, "{words}: {place:?}");
    }

    #[test]
    fn names_and_values_are_offered_at_their_place() {
        check("vol", &["volumeDevices", "volumeMounts"]);
        check("re", &["replicas", "revisionHistoryLimit"]);
        check("Ord", &["OrderedReady"]);
        check("name: kubia", &[]);
    }

    #[test]
    fn a_field_is_told_with_its_type() {
        let lines: Vec<String> = TEXT.lines().map(str::to_owned).collect();
        let told = Place::at(&lines, (5, 4)).unwrap().told().unwrap();
        assert_eq!((told.word.as_str(), told.kind.as_str()), ("podManagementPolicy", "string"));
        assert!(told.words.starts_with("podManagementPolicy controls how pods are created") && told.words.ends_with('.'), "{}", told.words);
    }
}
