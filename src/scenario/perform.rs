//! Playing lines without a screen: virtual time passes as fast as it goes, instant by instant, with somebody watching.

use super::script::Command;
use crate::api::{Span, Time};
use crate::shell::{self, Output};
use crate::sim::World;

/// What a client program takes from Enter to its request; hands on cables and on the clock take nothing.
pub const PACE: Span = Span::millis(100);

/// The programs that take it.
const CLIENTS: [&str; 4] = ["kubectl", "k", "curl", "dig"];

/// When the request of a line is made that is typed now.
pub fn pace(world: &World, command: &Command) -> Time {
    let takes = CLIENTS.contains(&command.line.split_whitespace().next().unwrap_or_default());
    world.now() + if takes { PACE } else { Span(0) }
}

/// Runs a line to its end. `watch` sees the world after each instant at which something was due.
pub fn perform(world: &mut World, command: &Command, watch: &mut dyn FnMut(&World)) -> Output {
    pass(world, pace(world, command), watch);
    let turn = shell::run(world, &command.line, command.stdin.as_deref());
    watch(world);
    shell::finish_watched(world, turn, watch)
}

/// Lets time pass up to `until`, instant by instant.
pub fn pass(world: &mut World, until: Time, watch: &mut dyn FnMut(&World)) {
    while world.now() < until {
        instant(world, until);
        watch(world);
    }
}

/// Lets time pass to the next instant at which something is due, `until` at the latest, but always by something.
pub fn instant(world: &mut World, until: Time) {
    let next = world.agenda().next_at().map_or(until, |at| at.min(until));
    world.advance(next.max(world.now() + Span::millis(1)));
}
