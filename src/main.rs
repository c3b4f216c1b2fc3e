//! The program; all of it is in [`podyard::app`].

use std::process::ExitCode;

fn main() -> ExitCode {
    podyard::app::main()
}
