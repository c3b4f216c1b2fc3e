//! The command line of the program.

use super::settings::Settings;
use crate::ui::palette::{PALETTES, Palette};
use clap::builder::PossibleValuesParser;
use clap::{Args, Parser, Subcommand};
use std::path::PathBuf;

/// A Kubernetes cluster you can hold in a terminal.
#[derive(Debug, Parser)]
#[command(name = "podyard", version, about, disable_help_subcommand = true)]
pub struct Options {
    /// How it looks
    #[command(flatten)]
    pub look: LookOptions,
    /// What to do; the sandbox where nothing is said
    #[command(subcommand)]
    pub command: Option<Command>,
}

/// What the program can do.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Opens a scenario, or the sandbox, in the terminal
    Play {
        /// A scenario's name or file; the sandbox where nothing is said
        name: Option<String>,
        /// Starts at a step: its number, its chapter's name, or `last`, where one was the last time
        #[arg(long, value_name = "STEP", requires = "name")]
        from: Option<String>,
        /// A class answers: digits count hands, Enter shows what is right
        #[arg(long, requires = "name")]
        class: bool,
        /// The pages turn by themselves; questions and goals wait for you
        #[arg(long)]
        auto: bool,
        /// Tells a `podyard speaker` in a second terminal what comes next
        #[arg(long, requires = "name")]
        speaker: bool,
        /// Where it is told, with --speaker [default: $XDG_RUNTIME_DIR/podyard-speaker.sock]
        #[arg(long, value_name = "FILE", requires = "speaker")]
        socket: Option<PathBuf>,
        /// How it looks
        #[command(flatten)]
        look: LookOptions,
    },
    /// Plays without a screen, as fast as it goes
    Run {
        /// A scenario's name or file; `-` reads command lines from standard input
        name: String,
        /// The world that it begins with
        #[command(flatten)]
        world: WorldOptions,
        /// Prints one JSON object a line
        #[arg(long)]
        json: bool,
        /// Tells what happens between the lines, one sentence a line
        #[arg(long, conflicts_with = "json")]
        narrate: bool,
        /// Writes every change of an object to this file, one JSON object a line
        #[arg(long, value_name = "FILE")]
        trace: Option<PathBuf>,
        /// Writes what was typed as a scenario's file that replays to the same world
        #[arg(long, value_name = "FILE")]
        record: Option<PathBuf>,
    },
    /// Plays scenarios to their end and checks what they expect; the last line is `N passed, N failed`
    Test {
        /// Names or files; all scenarios where nothing is said
        names: Vec<String>,
        /// Prints one JSON object a scenario, and the numbers at the end
        #[arg(long)]
        json: bool,
        /// Prints all that is said, typed and answered, too
        #[arg(long, conflicts_with = "json")]
        transcript: bool,
    },
    /// Lists the scenarios by group, with their goals
    List,
    /// Writes a scenario as a file that is played elsewhere, the same on every run
    Export {
        /// A scenario's name or file
        name: String,
        /// The file; its ending says what it becomes: .cast .svg .gif .html .md .sh
        #[arg(long, value_name = "FILE")]
        to: PathBuf,
        /// Columns and rows of its pictures
        #[arg(long, value_name = "WxH", default_value = "120x36", value_parser = super::export::size)]
        size: (u16, u16),
        /// Colours of its pictures
        #[arg(long, value_name = "NAME", value_parser = PossibleValuesParser::new(PALETTES.map(|palette| palette.name)))]
        theme: Option<String>,
    },
    /// Searches a schedule of acts and faults that breaks an invariant, and makes it as short as it goes
    Seek {
        /// Where each schedule begins: a scenario's name or file
        #[arg(default_value = super::library::SANDBOX)]
        name: String,
        /// The invariant, by the name on its lamp
        #[arg(long, value_name = "NAME", default_value = "one process per name")]
        rule: String,
        /// How many schedules are tried
        #[arg(long, value_name = "N", default_value_t = 500)]
        tries: u64,
        /// Writes the shortest as a scenario that replays it
        #[arg(long, value_name = "FILE")]
        to: Option<PathBuf>,
    },
    /// Shows the speaker, in a second terminal, what comes next in a `podyard play --speaker`
    Speaker {
        /// The socket [default: $XDG_RUNTIME_DIR/podyard-speaker.sock]
        #[arg(long, value_name = "FILE")]
        socket: Option<PathBuf>,
    },
    /// Prints the JSON schema of a scenario's file
    Schema,
    /// Checks scenarios' files
    Lint {
        /// The files
        #[arg(required = true)]
        files: Vec<String>,
    },
    /// Tells what of Kubernetes is simulated fully, simplified, or left out
    ExplainDifferences {
        /// One area, such as statefulset or storage; all where nothing is said
        area: Option<String>,
        /// Prints a JSON array of rows
        #[arg(long)]
        json: bool,
    },
    /// Prints completions for a shell
    Completions {
        /// Which shell
        shell: clap_complete::Shell,
    },
}

impl Command {
    /// What is done where nothing is said.
    pub fn sandbox() -> Command {
        Command::Play { name: None, from: None, class: false, auto: false, speaker: false, socket: None, look: LookOptions::default() }
    }
}

/// How it looks: what is said here goes before the settings file.
#[derive(Clone, Debug, Default, Args)]
pub struct LookOptions {
    /// Colours: dark, light, high-contrast, colour-blind; NO_COLOR takes them all away
    #[arg(long, value_name = "NAME", value_parser = PossibleValuesParser::new(PALETTES.map(|palette| palette.name)))]
    pub theme: Option<String>,
    /// Draws with ASCII alone
    #[arg(long)]
    pub ascii: bool,
    /// Lets nothing move, glow or linger
    #[arg(long)]
    pub reduced_motion: bool,
    /// Shows a scenario to a room: its words are large, a clicker turns its pages
    #[arg(long)]
    pub present: bool,
    /// Tells what happens, one sentence a line, on standard error, which has to go elsewhere than the terminal
    #[arg(long)]
    pub narrate: bool,
    /// Reads settings from this file [default: $XDG_CONFIG_HOME/podyard/config.yaml]
    #[arg(long, value_name = "FILE")]
    pub config: Option<PathBuf>,
}

impl LookOptions {
    /// These, and where nothing is said, those.
    pub fn or(self, other: &LookOptions) -> LookOptions {
        LookOptions {
            theme: other.theme.clone().or(self.theme),
            ascii: self.ascii || other.ascii,
            reduced_motion: self.reduced_motion || other.reduced_motion,
            present: self.present || other.present,
            narrate: self.narrate || other.narrate,
            config: other.config.clone().or(self.config),
        }
    }
    /// These over what a file says.
    pub fn over(&self, file: Settings) -> Settings {
        let asked = std::env::var_os("PODYARD_ASCII").is_some();
        Settings {
            palette: self.theme.as_deref().and_then(Palette::named).unwrap_or(file.palette),
            ascii: self.ascii || asked || file.ascii,
            reduced_motion: self.reduced_motion || file.reduced_motion,
            present: self.present || file.present,
            keys: file.keys,
        }
    }
}

/// With what a world begins.
#[derive(Clone, Copy, Debug, Default, Args)]
pub struct WorldOptions {
    /// How many nodes
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=i64::from(crate::sim::world::MAX_NODES)))]
    pub nodes: Option<u32>,
    /// The seed of all chance
    #[arg(long, value_name = "N")]
    pub seed: Option<u64>,
}

impl WorldOptions {
    /// These, and where nothing is said, those.
    pub fn over(self, options: crate::sim::Options) -> crate::sim::Options {
        crate::sim::Options { seed: self.seed.unwrap_or(options.seed), nodes: self.nodes.unwrap_or(options.nodes), ..options }
    }
}
