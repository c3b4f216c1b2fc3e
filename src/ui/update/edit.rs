//! Typing in the manifest editor.

use super::prompt::input;
use crate::ui::editor::Editor;
use crate::ui::keys::Key;
use crate::ui::model::{Mode, Model};
use crate::ui::{Effect, Sight};

/// The line that an edited text is applied with.
const APPLY: &str = "kubectl replace -f -";

/// What a key does while a manifest is edited.
pub fn key(model: &mut Model, key: Key) -> Vec<Effect> {
    let Some(editor) = &mut model.editor else {
        model.mode = Mode::Normal;
        return Vec::new();
    };
    if editor.reviewed {
        match key {
            Key::Ctrl('s') => return send(editor),
            Key::Named("esc") => editor.reviewed = false,
            Key::Char(_) | Key::Ctrl(_) | Key::Named(_) => {}
        }
        return Vec::new();
    }
    match key {
        Key::Named("esc") if !editor.offers.is_empty() => editor.offers.clear(),
        Key::Named("esc") | Key::Ctrl('c') => close(model, "left as it was"),
        Key::Ctrl('s') => return save(model),
        Key::Named("enter") => {
            let indent = indent(editor);
            editor.area.insert_newline();
            editor.area.insert_str(indent);
            editor.look();
        }
        Key::Named("tab") => {
            if !editor.complete() {
                editor.area.insert_str("  ");
                editor.look();
            }
        }
        other => {
            editor.area.input(input(other));
            editor.look();
        }
    }
    Vec::new()
}

/// The blanks before the line in which the cursor stands, and before what follows a dash; more where a field opens.
fn indent(editor: &Editor) -> String {
    let cursor = editor.area.cursor();
    let line = editor.area.lines().get(cursor.0).map_or("", |line| line.as_str());
    let opens = line.ends_with(':') && line.chars().count() == cursor.1;
    " ".repeat(line.len() - line.trim_start_matches([' ', '-']).len() + if opens { 2 } else { 0 })
}

fn close(model: &mut Model, why: &str) {
    model.editor = None;
    model.mode = Mode::Normal;
    model.notice = Some(why.to_owned());
}

/// Shows what the text would change, or what is wrong with it.
fn save(model: &mut Model) -> Vec<Effect> {
    let Some(editor) = &mut model.editor else { return Vec::new() };
    if !editor.is_changed() {
        close(model, "nothing was changed");
        return Vec::new();
    }
    editor.problem = editor.check();
    if editor.problem.is_some() {
        return Vec::new();
    }
    editor.reviewed = true;
    Vec::new()
}

/// Applies the text.
fn send(editor: &mut Editor) -> Vec<Effect> {
    (editor.reviewed, editor.sent) = (false, true);
    vec![Effect::Feed(APPLY.to_owned(), editor.text())]
}

/// Looks at what came of an applied text: it closes the editor, or says in it why not. True where there was one.
pub fn answered(model: &mut Model, sight: &Sight) -> bool {
    let Some(editor) = model.editor.as_mut().filter(|editor| editor.sent) else { return false };
    match sight.console.last() {
        Some(line) if !line.err.is_empty() && !line.err.starts_with("Warning") => editor.refuse(line.err),
        _ => {
            model.editor = None;
            model.mode = Mode::Normal;
        }
    }
    true
}
