//! The editor of one object's manifest: its text, and what was found wrong with it, at its place.

use super::fields::{Offer, Place};
use crate::api::{Object, gate, yaml};
use crate::diagnostic::Diagnostic;
use crate::shell::difference;
use ratatui::style::Style;
use serde_json::Value;
use tui_textarea::TextArea;

/// Fields that the server fills in: not a person's business, and free to differ when the text is applied.
const SERVERS: [&str; 6] = ["creationTimestamp", "generation", "managedFields", "resourceVersion", "selfLink", "uid"];

/// A manifest on the way to be changed.
#[derive(Clone, Debug)]
pub struct Editor {
    /// What is edited, as kubectl names it: `sts/kubia`.
    pub title: String,
    /// The text and the cursor.
    pub area: TextArea<'static>,
    /// What is wrong with the text, where that is known.
    pub problem: Option<Diagnostic>,
    /// True from the moment it is applied until the answer comes.
    pub sent: bool,
    /// True while one looks at what would change.
    pub reviewed: bool,
    /// What is wrong with the text as it is being written.
    pub slip: Option<Diagnostic>,
    /// The field in which the cursor stands.
    pub told: Option<Offer>,
    /// What Tab offered.
    pub offers: Vec<Offer>,
    before: String,
}

impl Editor {
    /// The manifest of an object, without its status and what else the server fills in.
    pub fn open(title: String, object: &Object) -> Editor {
        let before = manifest(object);
        let mut area = TextArea::from(before.lines());
        area.set_cursor_line_style(Style::default());
        let mut editor =
            Editor { title, area, problem: None, sent: false, reviewed: false, slip: None, told: None, offers: Vec::new(), before };
        editor.look();
        editor
    }
    /// Looks at the text as it stands now: what is wrong with it, and what the cursor points at.
    pub fn look(&mut self) {
        self.slip = self.check();
        self.told = self.place().and_then(|place| place.told());
        self.offers.clear();
    }
    fn place(&self) -> Option<Place> {
        let cursor = self.area.cursor();
        Place::at(self.area.lines(), (cursor.0, cursor.1))
    }
    /// Completes the name or the value that is begun at the cursor, as far as only one thing can be meant, and offers what
    /// can; false where nothing can.
    pub fn complete(&mut self) -> bool {
        let Some(place) = self.place() else { return false };
        let offers = place.offers();
        let Some(first) = offers.first() else { return false };
        let shared = |word: &str| word.bytes().zip(first.word.bytes()).take_while(|(a, b)| a == b).count();
        let common = offers.iter().map(|offer| shared(&offer.word)).min().unwrap_or(0);
        self.area.insert_str(first.word.get(place.begun()..common).unwrap_or_default());
        if let [only] = &offers[..] {
            self.area.insert_str(only.ending());
            self.look();
        } else {
            self.look();
            self.offers = offers;
        }
        true
    }
    /// What differs from the text that one began with, as `diff -u` shows it.
    pub fn changes(&self) -> String {
        difference(&self.before, &self.text())
    }
    /// The whole text, ending with a newline.
    pub fn text(&self) -> String {
        self.area.lines().join("\n") + "\n"
    }
    /// True where the text is not what it began with.
    pub fn is_changed(&self) -> bool {
        self.text() != self.before
    }
    /// What can be found wrong before anybody is asked: no YAML, no such field, the wrong type of value.
    pub fn check(&self) -> Option<Diagnostic> {
        let text = self.text();
        let mut documents = yaml::documents(&text);
        let document = documents.pop()?;
        if !documents.is_empty() {
            return Some(Diagnostic::error("one document is expected here"));
        }
        let value = match document.value {
            Ok(value) => value,
            Err(problem) => return Some(problem),
        };
        let field = |name: &str| value[name].as_str().unwrap_or_default().to_owned();
        let wrong = gate::check(&field("apiVersion"), &field("kind"), &value).err()?;
        Some(located(wrong.to_string(), &text))
    }
    /// Notes what the server answered instead of taking the text.
    pub fn refuse(&mut self, complaint: &str) {
        let first = complaint.lines().next().unwrap_or_default();
        self.problem = Some(located(first.trim_start_matches("Error from server ").to_owned(), &self.text()));
        self.sent = false;
    }
}

fn manifest(object: &Object) -> String {
    let mut value = object.to_value();
    if let Some(fields) = value.as_object_mut() {
        fields.remove("status");
    }
    if let Some(meta) = value["metadata"].as_object_mut() {
        SERVERS.iter().for_each(|field| drop(meta.remove(*field)));
        let applied =
            |notes: &mut Value| notes.as_object_mut().map(|notes| notes.remove("kubectl.kubernetes.io/last-applied-configuration"));
        meta.get_mut("annotations").map(applied);
        if meta.get("annotations").is_some_and(|notes| notes.as_object().is_some_and(|notes| notes.is_empty())) {
            meta.remove("annotations");
        }
    }
    yaml::print(&value)
}

/// A complaint at the line of the field that it names, where it names one.
fn located(message: String, text: &str) -> Diagnostic {
    let named = message.split(|c: char| !(c.is_alphanumeric() || ".[]_-/".contains(c))).filter_map(|word| place(text, word));
    let place = named.max_by_key(|(depth, _)| *depth).map(|(_, line)| line);
    match place {
        Some(line) => Diagnostic::error(message).at(line, 0),
        None => Diagnostic::error(message),
    }
}

/// How deep a path such as `spec.template.spec.containers[0].image` is and on which line its last part stands; `None`
/// where it is no path of this text.
fn place(text: &str, path: &str) -> Option<(usize, usize)> {
    let parts: Vec<&str> = path.trim_matches('.').split(['.', '[', ']']).filter(|part| !part.is_empty()).collect();
    let names = parts.iter().filter(|part| part.parse::<usize>().is_err());
    let (mut depth, mut found) = (0, None);
    for name in names {
        let from = found.unwrap_or(0);
        let is = |line: &str| line.trim_start().trim_start_matches("- ").split_once(':').is_some_and(|(key, _)| key == *name);
        let Some(line) = text.lines().enumerate().skip(from).find(|(_, line)| is(line)).map(|(i, _)| i + 1) else { break };
        (depth, found) = (depth + 1, Some(line));
    }
    (parts.len() > 1 || depth == parts.len()).then_some(())?;
    found.map(|line| (depth, line))
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "apiVersion: v1\nkind: Pod\nmetadata:\n  name: web\nspec:\n  containers:\n  - image: nginx\n    name: c\n";

    #[test]
    fn a_complaint_stands_at_the_field_it_names() {
        let line = |message: &str| located(message.to_owned(), TEXT).line;
        assert_eq!(line("Pod \"web\" is invalid: spec.containers[0].image: Required value"), Some(7));
        assert_eq!(line("metadata.name: Invalid value: \"W\""), Some(4));
        assert_eq!(line("something else"), None);
    }
}
