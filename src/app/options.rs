//! The command line of the program.

use clap::{Args, Parser, Subcommand};
use std::path::PathBuf;

/// A Kubernetes cluster you can hold in a terminal.
#[derive(Debug, Parser)]
#[command(name = "podyard", version, about, disable_help_subcommand = true)]
pub struct Options {
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
        /// Writes every change of an object to this file, one JSON object a line
        #[arg(long, value_name = "FILE")]
        trace: Option<PathBuf>,
    },
    /// Plays scenarios to their end and checks what they expect; the last line is `N passed, N failed`
    Test {
        /// Names or files; all scenarios where nothing is said
        names: Vec<String>,
    },
    /// Lists the scenarios
    List,
    /// Checks a scenario's file
    Lint {
        /// The file
        file: String,
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
