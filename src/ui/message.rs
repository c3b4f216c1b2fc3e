//! What comes in and what goes out.

use super::keys::Key;
use crate::api::Time;
use crate::scene::Target;

/// Something that happened to the program.
#[derive(Clone, Debug, PartialEq)]
pub enum Message {
    /// A key was pressed.
    Key(Key),
    /// A text was pasted.
    Paste(String),
    /// The mouse was pressed at a column and row.
    Click(u16, u16),
    /// The mouse was pressed there with its right button.
    Ask(u16, u16),
    /// The mouse was moved to a column while pressed.
    Drag(u16),
    /// The wheel was turned so many steps; negative is up.
    Wheel(i32),
    /// The engine has done what was asked, and these are the numbers of its console's lines.
    Ran {
        /// How many lines the console has now.
        lines: usize,
    },
    /// The scenario shows another page, or more of it, and points at this.
    Turned(Option<Target>),
}

/// Something that is to be done to the engine or the program.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Effect {
    /// Runs a command line.
    Submit(String),
    /// Runs a command line with a text on its standard input.
    Feed(String, String),
    /// Keeps the viewed moment and all that led to it.
    Bookmark,
    /// Goes to what was kept, and keeps what was left instead.
    Return,
    /// Shows this history beside what was kept.
    Compare,
    /// Interrupts the line that waits.
    Interrupt,
    /// Lets time run or holds it.
    Play(bool),
    /// Sets the speed in hundredths.
    Speed(u32),
    /// To the next visible change.
    Step,
    /// To the change before.
    Back,
    /// To the next thing that matters.
    Next,
    /// Views a time.
    Seek(Time),
    /// Takes back the last act.
    Undo,
    /// Brings it back.
    Redo,
    /// To the scenario's next page.
    Advance,
    /// To the scenario's page before.
    Retreat,
    /// To the end of what the scenario waits for.
    Skip,
    /// Answers the scenario's question, with a choice from 0.
    Answer(usize),
    /// Writes a letter of an answer.
    Write(char),
    /// Takes back what was written or counted last.
    Erase,
    /// Shows the hands that were counted, or hides them.
    Hide,
    /// Shows one hint more.
    Hint,
    /// Shows how an answer came.
    Replay,
    /// To the next chapter, or to the one before.
    Chapter(bool),
    /// Back to the point where one left the script.
    Resume,
    /// Plays a scenario of the catalogue; the sandbox where none is named.
    Open(Option<&'static str>),
    /// Ends the program.
    Quit,
}
