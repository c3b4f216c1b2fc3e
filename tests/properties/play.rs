//! A run: lines are typed into a world, and after every event that happens the rules are looked at.

use super::acts::Start;
use super::ledger::Ledger;
use super::record;
use podyard::api::{Span, Time};
use podyard::shell::{self, Turn};
use podyard::sim::World;

/// A world and what is known of its history.
pub struct Play {
    /// The world.
    pub world: World,
    ledger: Ledger,
}

impl Play {
    /// A run that begins with this world.
    pub fn new(world: World) -> Play {
        let ledger = Ledger::new(&world);
        Play { world, ledger }
    }

    /// Types a line and lets it end, without looking.
    pub fn line_unchecked(&mut self, line: &str) {
        let turn = shell::run(&mut self.world, line, None);
        shell::finish(&mut self.world, turn);
    }

    /// Types a line, lets it end, and tells what was broken on the way.
    pub fn line(&mut self, line: &str) -> Option<String> {
        self.ledger.typed(line);
        let turn = shell::run(&mut self.world, line, None);
        let during = match turn {
            Turn::Done(_) => self.look(),
            Turn::Waiting(mut job) => {
                let mut broken = self.look();
                while broken.is_none() && job.poll(&mut self.world).is_none() {
                    broken = self.step(job.until().unwrap_or(Time::NEVER));
                }
                broken
            }
        };
        during.or_else(|| record::broken(&self.world)).map(|words| format!("after {line:?} at {}: {words}", self.world.now().rfc3339()))
    }

    /// Lets time pass without a word, and tells what is not as it should be at rest.
    pub fn rest(&mut self) -> Option<String> {
        let end = self.world.now() + Span::secs(30);
        while self.world.now() < end {
            if let Some(broken) = self.step(end) {
                return Some(broken);
            }
        }
        record::broken(&self.world).or_else(|| record::miscounted(&self.world))
    }

    /// Lets the next event up to a moment happen, or that moment come.
    fn step(&mut self, until: Time) -> Option<String> {
        match self.world.agenda().next_at() {
            Some(at) if at <= until => _ = self.world.step(),
            _ => self.world.advance(until),
        }
        self.look()
    }

    fn look(&mut self) -> Option<String> {
        let Play { world, ledger } = self;
        ledger.read(world).or_else(|| ledger.doubled(world))
    }
}

/// The run as a script for `podyard run -`.
pub fn script(start: &Start, lines: &[String]) -> String {
    let manifest = start.manifest();
    format!("podyard run - --seed {} <<'END'\nkubectl apply -f - <<EOF\n{manifest}EOF\nsettle\n{}\nEND\n", start.seed, lines.join("\n"))
}
