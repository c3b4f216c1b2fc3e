//! What a command says while it runs, and how refusals sound.

use super::Output;
use crate::api::{Reason, Refusal};
use std::collections::BTreeSet;

/// Collects output and errors, each line ended.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Voice {
    /// Standard output so far.
    pub out: String,
    /// Standard error so far.
    pub err: String,
    /// Exit code so far.
    pub rc: i32,
    failures: Vec<Failure>,
    warned: BTreeSet<String>,
}

impl Voice {
    /// A line on standard output.
    pub fn say(&mut self, line: impl AsRef<str>) {
        self.out.push_str(line.as_ref());
        self.out.push('\n');
    }
    /// A line on standard error.
    pub fn warn(&mut self, line: impl AsRef<str>) {
        self.err.push_str(line.as_ref());
        self.err.push('\n');
    }
    /// Warnings that came with answers, each text once in a command, as kubectl prints them.
    pub fn warnings(&mut self, mut texts: Vec<String>) {
        texts.retain(|text| self.warned.insert(text.clone()));
        texts.iter().for_each(|text| self.warn(format!("Warning: {text}")));
    }
    /// A failure that does not stop the command; told at its end.
    pub fn fail(&mut self, failure: impl Into<Failure>) {
        let failure = failure.into();
        self.rc = failure.rc;
        self.failures.push(failure);
    }
    /// All that was said.
    pub fn output(&self) -> Output {
        let mut told = Voice { err: self.err.clone(), ..Voice::default() };
        if !self.failures.is_empty() {
            told.warn(Failure::several(self.failures.clone()).text);
        }
        Output { out: self.out.clone(), err: told.err, rc: self.rc }
    }
}

/// Why a command stops: the text for standard error and the exit code.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    /// One line or several, without the last line's end.
    pub text: String,
    /// Exit code.
    pub rc: i32,
}

impl Failure {
    /// The text as it is, with exit code 1.
    pub fn plain(text: impl Into<String>) -> Failure {
        Failure { text: text.into(), rc: 1 }
    }
    /// `error: text`, as kubectl complains.
    pub fn error(text: impl AsRef<str>) -> Failure {
        Failure::plain(format!("error: {}", text.as_ref()))
    }
    /// Several as one, a line each. Upstream: MultipleErrors in kubectl/pkg/cmd/util, which leaves out `error: `.
    pub fn several(failures: Vec<Failure>) -> Failure {
        let rc = failures.last().map_or(0, |failure| failure.rc);
        match failures.as_slice() {
            [one] => Failure { text: one.text.replacen("error: error: ", "error: ", 1), rc },
            many => {
                let bare = |failure: &Failure| failure.text.strip_prefix("error: ").unwrap_or(&failure.text).to_owned();
                Failure { text: many.iter().map(bare).collect::<Vec<_>>().join("\n"), rc }
            }
        }
    }
    /// A refusal by the API server while doing something with a file: `error when creating "STDIN": …`.
    pub fn at_file(refusal: &Refusal, doing: &str, file: &str) -> Failure {
        Failure::plain(refused(refusal, &format!("error when {doing} {file:?}: ")))
    }
}

impl From<Refusal> for Failure {
    fn from(refusal: Refusal) -> Failure {
        Failure::plain(refused(&refusal, ""))
    }
}

/// Upstream: StandardErrorMessage in kubectl/pkg/cmd/util.
fn refused(refusal: &Refusal, while_: &str) -> String {
    match (refusal.reason, &refusal.about, refusal.fields.as_slice()) {
        (Reason::Invalid, Some((kind, name)), [one]) => format!("The {} {name:?} is invalid: {}", kind.name(), one.text()),
        (Reason::Invalid, Some((kind, name)), several) => {
            let lines: Vec<String> = several.iter().map(|field| format!("\n* {}", field.text())).collect();
            format!("The {} {name:?} is invalid: {}", kind.name(), lines.concat())
        }
        (Reason::Invalid, None, _) => format!("The request is invalid: {}", refusal.message),
        (reason, ..) => format!("Error from server ({}): {while_}{}", reason.text(), refusal.message),
    }
}
