//! What the user looks at: selection, modes, the prompt. The world is not in it.

use super::editor::Editor;
use super::keymap::Keymap;
use super::lead::Lead;
use super::list::List;
use super::menu::Menu;
use super::talk::Talk;
use crate::api::Time;
use crate::scene::Target;
use crate::scene::plan::Half;
use crate::timeline::compare::Outcome;
use ratatui::style::Style;
use tui_textarea::{CursorMove, TextArea};

/// Who gets the keys.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum Mode {
    /// The picture.
    #[default]
    Normal,
    /// The command line.
    Prompt,
    /// The letters to look for.
    Filter,
    /// The manifest editor.
    Edit,
    /// The page of keys.
    Help,
    /// The list of scenarios.
    Catalogue,
    /// The menu of the selected thing.
    Menu,
    /// Nothing: the screen is blank, until any key; true where time ran before.
    Blank(bool),
}

/// What the pane at the right shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum Pane {
    /// The scenario's page; where none is played, why the selected thing is as it is.
    #[default]
    Home,
    /// Why the selected thing is as it is.
    Why,
    /// The same over as much of the picture as it needs.
    Sheet,
    /// Two histories beside each other.
    Compare,
    /// What a line of the console printed.
    Output(usize),
}

/// Two histories since they part: their names, and what came of them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Comparison {
    /// When they part.
    pub at: Time,
    /// The kept one, then the one that goes on.
    pub sides: [(String, Outcome); 2],
}

/// How things are drawn, set once.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub struct Look {
    /// Nothing moves, glows or lingers.
    pub reduced_motion: bool,
    /// For the back row: a scenario's caption is large, and what it does not speak of steps back.
    pub present: bool,
}

/// All that the interface remembers.
#[derive(Clone, Debug)]
pub struct Model {
    /// What is selected.
    pub selected: Option<Target>,
    /// True where acts are done to both sets.
    pub twin: bool,
    /// Who gets the keys.
    pub mode: Mode,
    /// What the pane at the right shows.
    pub pane: Pane,
    /// How far that pane is scrolled.
    pub scroll: usize,
    /// How many columns of it are passed over.
    pub across: usize,
    /// Which halves of the stage are shown.
    pub half: Half,
    /// True while the time line is dragged.
    pub scrubbing: bool,
    /// The command line being typed.
    pub prompt: TextArea<'static>,
    /// Lines typed before, oldest first.
    pub history: Vec<String>,
    /// Which of them is shown, while walking.
    pub walking: Option<usize>,
    /// What Tab offered.
    pub offers: Vec<String>,
    /// Something to tell, until the next key.
    pub notice: Option<String>,
    /// How things are drawn.
    pub look: Look,
    /// How many lines' output is waited for, to be shown in the pane when it comes.
    pub expects: Option<usize>,
    /// How many lines that keys stand for still run: the picture shows what came of them, not a sheet over it.
    pub quiet: usize,
    /// What a newcomer has yet to see.
    pub lead: Lead,
    /// Which key does what.
    pub keys: Keymap,
    /// The manifest that is edited.
    pub editor: Option<Editor>,
    /// What was compared last.
    pub comparison: Option<Comparison>,
    /// What a room sees of a talk beside the picture.
    pub talk: Talk,
    /// The list of scenarios, as it was open last.
    pub list: List,
    /// The menu of the selected thing, as it was open last.
    pub menu: Menu,
    /// Letters that a thing must have in it not to step back; blank for no such wish.
    pub filter: String,
}

/// A command line with this on it.
pub fn prompt(text: &str) -> TextArea<'static> {
    let mut prompt = TextArea::from([text]);
    prompt.set_cursor_line_style(Style::default());
    prompt.move_cursor(CursorMove::End);
    prompt
}

impl Model {
    /// What one begins with.
    pub fn new(look: Look) -> Model {
        Model {
            selected: None,
            twin: false,
            mode: Mode::Normal,
            pane: Pane::Home,
            scroll: 0,
            across: 0,
            half: Half::Both,
            scrubbing: false,
            prompt: prompt(""),
            history: Vec::new(),
            walking: None,
            offers: Vec::new(),
            notice: None,
            look,
            expects: None,
            quiet: 0,
            lead: Lead::default(),
            keys: Keymap::default(),
            editor: None,
            comparison: None,
            talk: Talk::default(),
            list: List::default(),
            menu: Menu::default(),
            filter: String::new(),
        }
    }
    /// Shows a comparison.
    pub fn compared(&mut self, comparison: Comparison) {
        self.comparison = Some(comparison);
        self.pane = Pane::Compare;
        (self.scroll, self.across) = (0, 0);
    }
    /// What stands on the command line.
    pub fn typed(&self) -> String {
        self.prompt.lines().join(" ")
    }
}
