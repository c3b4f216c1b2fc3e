//! The sandbox: three nodes and the twin sets, settled before the history begins.

use crate::shell;
use crate::sim::{Options, World};

/// What is applied, one document an object.
pub const MANIFEST: &str = include_str!("../../assets/sandbox.yaml");

/// A world with the twin sets in it, all running and ready.
pub fn sandbox(seed: u64) -> World {
    let mut world = World::new(Options { seed, ..Options::default() });
    for (line, stdin) in [("kubectl apply -f -", Some(MANIFEST)), ("settle", None)] {
        let turn = shell::run(&mut world, line, stdin);
        shell::finish(&mut world, turn);
    }
    world
}
