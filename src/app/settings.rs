//! The settings file: theme, glyphs, motion, captions and keys; what is wrong in it is said with its place and the remedy.

use crate::api::yaml;
use crate::diagnostic::Diagnostic;
use crate::ui::actions::{ACTIONS, Action};
use crate::ui::keymap::Keymap;
use crate::ui::keys::Key;
use crate::ui::palette::{DARK, PALETTES, Palette};
use anyhow::Context;
use serde_json::Value;
use std::path::{Path, PathBuf};

/// How things look and which keys do what.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Settings {
    /// Which colours.
    pub palette: &'static Palette,
    /// True where only ASCII is drawn.
    pub ascii: bool,
    /// True where nothing moves, glows or lingers.
    pub reduced_motion: bool,
    /// True where a scenario's words are large.
    pub present: bool,
    /// Which key does what.
    pub keys: Keymap,
}

impl Default for Settings {
    fn default() -> Settings {
        Settings { palette: &DARK, ascii: false, reduced_motion: false, present: false, keys: Keymap::default() }
    }
}

/// Reads a settings file: the named one, which has to be there, else `podyard/config.yaml` where the desktop keeps such
/// files, which need not.
pub fn load(named: Option<&Path>) -> anyhow::Result<Settings> {
    let usual = usual_place().filter(|path| path.exists());
    let Some(path) = named.map(Path::to_path_buf).or(usual) else { return Ok(Settings::default()) };
    let text = std::fs::read_to_string(&path).with_context(|| format!("{} cannot be read", path.display()))?;
    read(&text).map_err(|problem| anyhow::anyhow!("{}", problem.render(&text, &path.display().to_string()).trim_end()))
}

fn usual_place() -> Option<PathBuf> {
    let set = |name: &str| std::env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    let config = set("XDG_CONFIG_HOME").or_else(|| set("HOME").map(|home| home.join(".config")))?;
    Some(config.join("podyard").join("config.yaml"))
}

/// Reads the text of a settings file.
pub fn read(text: &str) -> Result<Settings, Diagnostic> {
    let mut settings = Settings::default();
    for document in yaml::documents(text) {
        let value = document.value?;
        let fields =
            value.as_object().ok_or_else(|| Diagnostic::error("a settings file is a list of `name: value`").at(document.line, 0))?;
        for (name, value) in fields {
            set(&mut settings, name, value, text)?;
        }
    }
    Ok(settings)
}

fn set(settings: &mut Settings, name: &str, value: &Value, text: &str) -> Result<(), Diagnostic> {
    match name {
        "theme" => settings.palette = chosen(text, name, value, &PALETTES.map(|p| (p.name, p)))?,
        "glyphs" => settings.ascii = chosen(text, name, value, &[("unicode", false), ("ascii", true)])?,
        "motion" => settings.reduced_motion = chosen(text, name, value, &[("full", false), ("reduced", true)])?,
        "captions" => settings.present = chosen(text, name, value, &[("normal", false), ("large", true)])?,
        "keys" => keys(settings, value, text)?,
        other => {
            let problem = Diagnostic::error(format!("there is no setting {other:?}"));
            return Err(at(problem, text, other).hint("there are theme, glyphs, motion, captions and keys"));
        }
    }
    Ok(())
}

/// The meaning of one of the words that a setting may have.
fn chosen<T: Copy>(text: &str, name: &str, value: &Value, words: &[(&str, T)]) -> Result<T, Diagnostic> {
    let found = words.iter().find(|(word, _)| value.as_str() == Some(*word));
    let known = || words.iter().map(|(word, _)| *word).collect::<Vec<&str>>().join(", ");
    found
        .map(|(_, meaning)| *meaning)
        .ok_or_else(|| at(Diagnostic::error(format!("{name} cannot be {value}")), text, name).hint(format!("write one of {}", known())))
}

fn keys(settings: &mut Settings, value: &Value, text: &str) -> Result<(), Diagnostic> {
    let wrong = |name: &str, message: String, hint: &str| at(Diagnostic::error(message), text, name).hint(hint);
    let rows = value
        .as_object()
        .ok_or_else(|| wrong("keys", "keys is a list of `action: key`".to_owned(), "such as `logs: L` or `step: [., pagedown]`"))?;
    for (name, keys) in rows {
        let row = ACTIONS.iter().find(|row| row.setting() == *name);
        let row = row.ok_or_else(|| wrong(name, format!("there is no action {name:?}"), &format!("there are {}", actions())))?;
        let names: Vec<&Value> = keys.as_array().map_or_else(|| vec![keys], |list| list.iter().collect());
        let named = |key: &Value| {
            key.as_str().and_then(Key::named).or_else(|| key.as_u64().filter(|n| *n < 10).and_then(|n| Key::named(&n.to_string())))
        };
        let keys: Option<Vec<Key>> = names.into_iter().map(named).collect();
        let keys = keys.filter(|keys| !keys.is_empty());
        let hint = "write a character, or space, enter, esc, tab, pageup, pagedown, home, end, up, down, left, right, ctrl-x";
        settings.keys.bind(row.action, keys.ok_or_else(|| wrong(name, format!("{name}: this is no key"), hint))?);
    }
    match settings.keys.orphan() {
        Some(action) => Err(wrong("keys", format!("{} has no key left", setting(action)), "give it another one here")),
        None => Ok(()),
    }
}

fn setting(action: Action) -> String {
    ACTIONS.iter().find(|row| row.action == action).map(|row| row.setting()).unwrap_or_default()
}

fn actions() -> String {
    ACTIONS.iter().map(|row| row.setting()).collect::<Vec<String>>().join(", ")
}

/// The same at the line where a name stands.
fn at(problem: Diagnostic, text: &str, name: &str) -> Diagnostic {
    let is = |line: &str| line.trim_start().split_once(':').is_some_and(|(key, _)| key.trim_matches(['"', '\'', ' ']) == name);
    match text.lines().position(is) {
        Some(line) => problem.at(line + 1, 0),
        None => problem,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_that_can_be_set() {
        let text = "theme: light\nglyphs: ascii\nmotion: reduced\nkeys:\n  logs: o\n  step: [s, pagedown]\n  scenarios: S\n";
        let settings = read(text).unwrap();
        assert_eq!((settings.palette.name, settings.ascii, settings.reduced_motion), ("light", true, true));
        assert_eq!(settings.keys.action(Key::Char('s')), Some(Action::Step));
        assert_eq!(settings.keys.action(Key::Char('l')), None);
        assert_eq!(read(""), Ok(Settings::default()));
    }

    #[test]
    fn mistakes_say_where_and_what_to_do() {
        for (text, line, message, hint) in [
            ("theme: dark\ncolour: red\n", 2, "there is no setting \"colour\"", "there are theme, glyphs, motion, captions and keys"),
            ("theme: pink\n", 1, "theme cannot be \"pink\"", "write one of dark, light, high-contrast, colour-blind"),
            ("keys:\n  logs: nokey\n", 2, "logs: this is no key", "write a character"),
            ("keys:\n  dance: d\n", 2, "there is no action \"dance\"", "there are play, step"),
            ("keys:\n  logs: x\n", 1, "delete has no key left", "give it another one here"),
            ("motion: [\n", 2, "", ""),
        ] {
            let problem = read(text).unwrap_err();
            let shown = problem.hint.clone().unwrap_or_default();
            assert!(problem.message.contains(message) && shown.starts_with(hint), "{text}: {problem:?}");
            assert!(message.is_empty() || problem.line == Some(line), "{text}: {problem:?}");
        }
    }
}
