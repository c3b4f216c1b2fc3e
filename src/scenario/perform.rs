//! Playing lines without a screen: virtual time passes as fast as it goes, instant by instant, with somebody watching.

use super::script::Command;
use crate::api::{Span, Time};
use crate::shell::{self, Output, Turn};
use crate::sim::World;

/// What a client program takes from Enter to its request; hands on cables and on the clock take nothing.
pub const PACE: Span = Span::millis(100);

/// The programs that take it.
const CLIENTS: [&str; 4] = ["kubectl", "k", "curl", "dig"];

/// Virtual time after which a line that still waits is given up, as an impatient person would with Ctrl-C.
pub const PATIENCE: Span = Span::mins(24 * 60);

/// Runs a line to its end. `watch` sees the world after each instant at which something was due.
pub fn perform(world: &mut World, command: &Command, watch: &mut dyn FnMut(&World)) -> Output {
    if CLIENTS.contains(&command.line.split_whitespace().next().unwrap_or_default()) {
        pass(world, world.now() + PACE, watch);
    }
    let turn = shell::run(world, &command.line, command.stdin.as_deref());
    watch(world);
    match turn {
        Turn::Done(output) => output,
        Turn::Waiting(job) => wait(world, job, watch),
    }
}

fn wait(world: &mut World, mut job: shell::Job, watch: &mut dyn FnMut(&World)) -> Output {
    let end = world.now() + PATIENCE;
    loop {
        let answer = job.poll(world);
        watch(world);
        if let Some(output) = answer {
            return output;
        }
        if job.is_idle(world) {
            return job.interrupt("nothing more happens");
        }
        if world.now() >= end {
            let err = "podyard: interrupted: it still waited after 24 h of virtual time\n".to_owned();
            return Output { out: job.so_far().to_owned(), err, rc: 130 };
        }
        instant(world, job.until().unwrap_or(end).min(end));
    }
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
