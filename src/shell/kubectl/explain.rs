//! `kubectl explain`: fields and types as published, and in a sentence what the ones that matter here are for.

use super::{Answer, Call, target};
use crate::api::gate::{self, Shape};
use crate::api::object::Kind;
use crate::shell::voice::{Failure, Voice};

/// `## STRUCT.FIELD [VALUE|VALUE]`, then its sentences, a paragraph a line. A struct of `*` stands for any that has no
/// entry of its own.
const TEXTS: &str = include_str!("explain.txt");

/// Columns of a description.
const WIDTH: usize = 76;

/// What is known of a field.
#[derive(Clone, Debug)]
pub struct FieldDoc {
    /// Its type.
    pub shape: Shape,
    /// Its values, where it has few.
    pub values: Vec<&'static str>,
    /// What it is for, a paragraph a line; blank where nothing is known here.
    pub text: &'static str,
}

/// What is known of the field at a path of a kind; `None` where there is none.
pub fn field_doc(kind: Kind, path: &[&str]) -> Option<FieldDoc> {
    let shape = gate::shape(kind, path)?;
    let (field, owner) = path.split_last()?;
    let (values, text) = entry(&format!("{}.{field}", gate::shape(kind, owner)?.name)).unwrap_or_default();
    Some(FieldDoc { shape, values: values.split('|').filter(|value| !value.is_empty()).collect(), text })
}

/// Explains a kind or a field.
pub fn run(call: &mut Call) -> Answer {
    let usage =
        "You must specify the type of resource to explain. Use \"kubectl api-resources\" for a complete list of supported resources.";
    let word = call.args.words.first().ok_or_else(|| Failure::error(usage))?.clone();
    if call.args.words.len() > 1 {
        return Err(Failure::error("We accept only this format: explain RESOURCE"));
    }
    let mut parts = word.split('.').filter(|part| !part.is_empty());
    let kind = target::kind_plainly(parts.next().unwrap_or_default())?;
    let path: Vec<&str> = parts.collect();
    if let Some(version) = call.args.get("api-version").filter(|version| *version != kind.api_version()) {
        let group = if version.contains('/') { version.to_owned() } else { format!("/{version}") };
        return Err(Failure::error(format!("couldn't find resource for \"{group}, Resource={}\"", kind.info().plural)));
    }
    header(call, kind);
    let missing = |name: &str| Failure::error(format!("field {name:?} does not exist"));
    let mut owner = kind.name().to_owned();
    let mut shape = gate::shape(kind, &[]).ok_or_else(|| missing(kind.name()))?;
    for end in 1..=path.len() {
        owner = shape.name.clone();
        shape = gate::shape(kind, &path[..end]).ok_or_else(|| missing(path[end - 1]))?;
    }
    let known = entry(&path.last().map_or_else(|| kind.name().to_owned(), |field| format!("{owner}.{field}")));
    if let Some(field) = path.last() {
        title(call.voice, field, &shape, known);
    }
    describe(call.voice, known);
    let recursive = call.args.on("recursive");
    if !shape.fields.is_empty() {
        call.voice.say("FIELDS:");
        fields(call.voice, kind, &path, &shape, recursive, 1);
    }
    Ok(None)
}

fn header(call: &mut Call, kind: Kind) {
    if !kind.info().group.is_empty() {
        call.voice.say(format!("GROUP:      {}", kind.info().group));
    }
    call.voice.say(format!("KIND:       {}\nVERSION:    v1\n", kind.name()));
}

/// Values and text of an entry.
type Entry = (&'static str, &'static str);

fn entry(name: &str) -> Option<Entry> {
    let any = name.rsplit_once('.').map(|(_, field)| format!("*.{field}"));
    find(name).or_else(|| find(&any?))
}

fn find(name: &str) -> Option<Entry> {
    let block = TEXTS.split("## ").find(|block| block.split_whitespace().next() == Some(name))?;
    let (head, text) = block.split_once('\n')?;
    Some((head.split_once(' ').map_or("", |(_, values)| values), text.trim_end()))
}

fn title(voice: &mut Voice, field: &str, shape: &Shape, known: Option<Entry>) {
    voice.say(format!("FIELD: {field} <{}>", shape.text));
    let values = known.map_or("", |(values, _)| values);
    if !values.is_empty() {
        voice.say("ENUM:");
        values.split('|').for_each(|value| voice.say(format!("    {value}")));
    }
    voice.say("");
}

fn describe(voice: &mut Voice, known: Option<Entry>) {
    voice.say("DESCRIPTION:");
    let text = known.map_or("<empty>", |(_, text)| text);
    text.lines().flat_map(wrapped).for_each(|line| voice.say(format!("    {line}")));
    voice.say("");
}

/// A paragraph in lines of at most [`WIDTH`] columns.
fn wrapped(paragraph: &str) -> Vec<String> {
    let mut lines = vec![paragraph.chars().take_while(|c| *c == ' ').collect::<String>()];
    for word in paragraph.split_whitespace() {
        let line = lines.last_mut().map_or(0, |line| line.trim_start().len());
        match lines.last_mut() {
            Some(last) if line == 0 => last.push_str(word),
            Some(last) if last.len() + 1 + word.len() <= WIDTH => *last += &format!(" {word}"),
            _ => lines.push(word.to_owned()),
        }
    }
    lines
}

/// The deepest that `--recursive` goes: types may hold themselves.
const DEEPEST: usize = 12;

fn fields(voice: &mut Voice, kind: Kind, path: &[&str], shape: &Shape, recursive: bool, level: usize) {
    let mut names = shape.fields.to_vec();
    names.sort_unstable();
    for name in names {
        let here: Vec<&str> = path.iter().copied().chain([name]).collect();
        let Some(field) = gate::shape(kind, &here) else { continue };
        voice.say(format!("{}{name}\t<{}>", "  ".repeat(level), field.text));
        if !recursive {
            let text = entry(&format!("{}.{name}", shape.name)).map_or("<empty>", |(_, text)| text);
            text.lines().flat_map(wrapped).for_each(|line| voice.say(format!("    {line}")));
            voice.say("");
        } else if level < DEEPEST {
            fields(voice, kind, &here, &field, recursive, level + 1);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Every entry speaks of a field that some published type has.
    #[test]
    fn texts_are_about_real_fields() {
        let mut structs = std::collections::BTreeMap::new();
        for row in crate::api::object::KINDS {
            collect(row.kind, &mut Vec::new(), &mut structs);
        }
        for block in TEXTS.split("## ").filter(|block| !block.is_empty()) {
            let name = block.split_whitespace().next().unwrap();
            let (owner, field) = name.split_once('.').unwrap_or((name, ""));
            let fields: Option<&&[&str]> = structs.get(owner);
            let is_real = fields.is_some_and(|fields| field.is_empty() || fields.contains(&field));
            assert!(owner == "*" || is_real, "{name}");
        }
    }

    fn collect(kind: Kind, path: &mut Vec<&'static str>, structs: &mut std::collections::BTreeMap<String, &'static [&'static str]>) {
        let Some(shape) = gate::shape(kind, path) else { return };
        if shape.fields.is_empty() || path.len() > 7 || structs.insert(shape.name.clone(), shape.fields).is_some() {
            return;
        }
        for field in shape.fields {
            path.push(field);
            collect(kind, path, structs);
            path.pop();
        }
    }

    #[test]
    fn paragraphs_are_wrapped() {
        assert_eq!(wrapped(""), [""]);
        assert!(wrapped(&"word ".repeat(40)).iter().all(|line| line.len() <= WIDTH));
    }
}
