//! The terminal on loan: raw, on its other screen, with mouse and paste reported; given back however the program ends.

use crossterm::cursor::{Hide, Show};
use crossterm::event::{DisableBracketedPaste, DisableMouseCapture, EnableBracketedPaste, EnableMouseCapture};
use crossterm::execute;
use crossterm::terminal::{EnterAlternateScreen, LeaveAlternateScreen, disable_raw_mode, enable_raw_mode};
use ratatui::Terminal;
use ratatui::backend::{Backend, CrosstermBackend};
use std::io::{Stdout, stdout};
use std::sync::Once;

/// A terminal that is given back when this is dropped, and before a panic is told.
pub struct Loan {
    /// What is drawn on.
    pub terminal: Terminal<CrosstermBackend<Stdout>>,
}

impl Loan {
    /// Takes the terminal.
    pub fn take() -> anyhow::Result<Loan> {
        give_back_before_panics();
        enable_raw_mode()?;
        let loan = Loan { terminal: Terminal::new(CrosstermBackend::new(stdout()))? };
        execute!(stdout(), EnterAlternateScreen, EnableMouseCapture, EnableBracketedPaste, Hide)?;
        Ok(loan)
    }
    /// Columns and rows.
    pub fn size(&self) -> anyhow::Result<(u16, u16)> {
        let size = self.terminal.backend().size()?;
        Ok((size.width, size.height))
    }
}

impl Drop for Loan {
    fn drop(&mut self) {
        give_back();
    }
}

/// Mouse and paste first: leaving them on is what spoils a shell most. Errors are of no use to anybody here.
fn give_back() {
    let _ = execute!(stdout(), DisableMouseCapture, DisableBracketedPaste, Show, LeaveAlternateScreen);
    let _ = disable_raw_mode();
}

fn give_back_before_panics() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let tell = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |info| {
            give_back();
            tell(info);
        }));
    });
}
