//! The program: its options, and what each of its commands does.

mod branches;
mod files;
mod headless;
mod library;
mod narrate;
pub mod options;
pub mod register;
pub mod session;
pub mod settings;
mod story;
pub mod terminal;
pub mod trace;

use clap::{CommandFactory, Parser};
use headless::Telling;
use options::{Command, LookOptions, Options};
use session::Session;
use std::io::{self, IsTerminal};
use std::process::ExitCode;
use story::Story;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// A command in a script was refused, or an expectation failed.
const FAILED: u8 = 1;
/// Wrong usage, or a file that cannot be read.
const WRONG_USAGE: u8 = 2;

/// Reads the arguments, does what they say, and answers the exit code.
pub fn main() -> ExitCode {
    let options = Options::parse();
    match act(&options, &mut io::stdout().lock()) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::from(FAILED),
        Err(error) if is_broken_pipe(&error) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("podyard: {error:#}");
            ExitCode::from(WRONG_USAGE)
        }
    }
}

/// Does what the options say; false where a command was refused or an expectation failed.
fn act(options: &Options, out: &mut dyn io::Write) -> anyhow::Result<bool> {
    match options.command.as_ref().unwrap_or(&Command::Play { name: None, look: LookOptions::default() }) {
        Command::Play { name, look } => play(name.as_deref(), &options.look.clone().or(look)),
        Command::Run { name, world, json, narrate, trace } => {
            headless::run(name, world, &Telling { json: *json, narrate: *narrate, trace: trace.as_deref() }, out)
        }
        Command::Test { names } => library::test(names, out),
        Command::List => library::list(out),
        Command::Lint { file } => library::lint(file, out),
        Command::ExplainDifferences { area, json } => register::explain(area.as_deref(), *json, out),
        Command::Completions { shell } => {
            clap_complete::generate(*shell, &mut Options::command(), "podyard", out);
            Ok(true)
        }
    }
}

/// Opens the sandbox, or a scenario, in the terminal.
fn play(name: Option<&str>, look: &LookOptions) -> anyhow::Result<bool> {
    let settings = look.over(settings::load(look.config.as_deref())?);
    let session = name.map_or_else(|| Ok(Session::sandbox()), Session::scenario)?;
    if look.narrate && io::stderr().is_terminal() {
        anyhow::bail!("--narrate writes to standard error, and that is the terminal; use `podyard play --narrate 2>FILE`");
    }
    let story = look.narrate.then(Story::default);
    terminal::run(session.with(&settings).told(story), &settings)?;
    Ok(true)
}

fn is_broken_pipe(error: &anyhow::Error) -> bool {
    let mut causes = error.chain().filter_map(|cause| cause.downcast_ref::<io::Error>());
    causes.any(|cause| cause.kind() == io::ErrorKind::BrokenPipe)
}
