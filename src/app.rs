//! The program: its options, and what each of its commands does.

mod branches;
mod export;
mod files;
mod headless;
mod library;
mod narrate;
pub mod options;
mod progress;
pub mod register;
pub mod session;
pub mod settings;
mod speaker;
mod story;
pub mod terminal;
mod test;
pub mod trace;

use crate::scenario::fields;
use crate::ui::palette::{DARK, Palette};
use clap::{CommandFactory, Parser};
use headless::Telling;
use options::{Command, LookOptions, Options};
use progress::Progress;
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
    match options.command.as_ref().unwrap_or(&Command::sandbox()) {
        Command::Play { name, from, class, auto, speaker, socket, look } => {
            let look = options.look.clone().or(look);
            let session = name.as_deref().map_or_else(|| Ok(Session::sandbox()), Session::scenario)?;
            let session = session.with_progress(Progress::load()).for_class(*class).by_itself(*auto);
            let session = from.iter().try_fold(session, |session, step| session.from_step(step))?;
            let desk = speaker.then(|| speaker::Desk::open(socket.as_deref())).transpose()?;
            play(session, desk, &look)
        }
        Command::Speaker { socket } => speaker::listen(socket.as_deref(), out),
        Command::Seek { name, rule, tries, to } => library::seek(name, rule, *tries, to.as_deref(), out),
        Command::Run { name, world, json, narrate, trace, record } => {
            let telling = Telling { json: *json, narrate: *narrate, trace: trace.as_deref(), record: record.as_deref() };
            headless::run(name, world, &telling, out)
        }
        Command::Test { names, json, transcript } => test::test(names, test::Manner { json: *json, transcript: *transcript }, out),
        Command::List => library::list(out),
        Command::Export { name, to, size, theme } => {
            let palette = theme.as_deref().and_then(Palette::named).unwrap_or(&DARK);
            export::export(name, to, export::Screening { size: *size, palette }, out)
        }
        Command::Schema => {
            out.write_all(fields::schema().as_bytes())?;
            Ok(true)
        }
        Command::Lint { files } => library::lint(files, out),
        Command::ExplainDifferences { area, json } => register::explain(area.as_deref(), *json, out),
        Command::Completions { shell } => {
            clap_complete::generate(*shell, &mut Options::command(), "podyard", out);
            Ok(true)
        }
    }
}

/// Shows a session in the terminal.
fn play(session: Session, desk: Option<speaker::Desk>, look: &LookOptions) -> anyhow::Result<bool> {
    let settings = look.over(settings::load(look.config.as_deref())?);
    if look.narrate && io::stderr().is_terminal() {
        anyhow::bail!("--narrate writes to standard error, and that is the terminal; use `podyard play --narrate 2>FILE`");
    }
    let story = look.narrate.then(Story::default);
    terminal::run(session.with(&settings).told(story), desk, &settings)?;
    Ok(true)
}

fn is_broken_pipe(error: &anyhow::Error) -> bool {
    let mut causes = error.chain().filter_map(|cause| cause.downcast_ref::<io::Error>());
    causes.any(|cause| cause.kind() == io::ErrorKind::BrokenPipe)
}
