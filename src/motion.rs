//! Cosmetic motion: what has just changed glows for a moment. A glow is sampled from frame time, never accumulated, so a
//! slow terminal drops frames and nothing else. What travels is no business of this room: its place follows from
//! virtual time.

use crate::scene::facts::{Life, Look, Stage, Verdict};
use crate::scene::target::Target;
use std::collections::BTreeMap;
use std::time::Duration;

/// How long a glow lasts.
pub const GLOW: Duration = Duration::from_millis(250);

/// The strongest glow.
pub const BRIGHTEST: u8 = 4;

/// How progress follows from time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Easing {
    /// Evenly.
    Linear,
    /// Fast first, then ever slower.
    Out,
}

/// A value on its way from 0 to 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Tween {
    /// Frame time at which it begins.
    pub start: Duration,
    /// How long it takes.
    pub length: Duration,
    /// How it goes.
    pub easing: Easing,
}

impl Tween {
    /// Its value at a frame time: 0 before it begins, 1 once it is over.
    pub fn at(&self, frame: Duration) -> f32 {
        let passed = frame.saturating_sub(self.start).as_secs_f32() / self.length.as_secs_f32().max(f32::EPSILON);
        let even = passed.clamp(0.0, 1.0);
        match self.easing {
            Easing::Linear => even,
            Easing::Out => 1.0 - (1.0 - even).powi(3),
        }
    }
    /// True once it is over.
    pub fn is_over(&self, frame: Duration) -> bool {
        frame >= self.start + self.length
    }
}

/// What of a thing is seen to change.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Sign {
    Pod(Look, bool),
    Process(Life, bool),
    Host(bool, bool),
}

/// What has just changed, and when.
#[derive(Clone, Debug, Default)]
pub struct Fresh {
    signs: BTreeMap<Target, Sign>,
    glows: BTreeMap<Target, Tween>,
    reduced: bool,
}

impl Fresh {
    /// Nothing ever glows where motion is reduced.
    pub fn new(reduced: bool) -> Fresh {
        Fresh { reduced, ..Fresh::default() }
    }
    /// Compares what there is to see with what there was, at a frame time. The first look finds nothing new.
    pub fn look(&mut self, stage: &Stage, frame: Duration) {
        self.glows.retain(|_, tween| !tween.is_over(frame));
        let signs: BTreeMap<Target, Sign> = signs(stage).collect();
        if !self.signs.is_empty() && !self.reduced {
            let changed = signs.iter().filter(|(target, sign)| self.signs.get(target) != Some(sign));
            let tween = Tween { start: frame, length: GLOW, easing: Easing::Out };
            self.glows.extend(changed.map(|(target, _)| (target.clone(), tween)));
        }
        self.signs = signs;
    }
    /// How strongly a thing glows at a frame time.
    pub fn glow(&self, target: &Target, frame: Duration) -> u8 {
        let left = self.glows.get(target).map_or(0.0, |tween| 1.0 - tween.at(frame));
        (left * f32::from(BRIGHTEST)).ceil() as u8
    }
    /// True while anything glows.
    pub fn is_moving(&self, frame: Duration) -> bool {
        self.glows.values().any(|tween| !tween.is_over(frame))
    }
}

fn signs(stage: &Stage) -> impl Iterator<Item = (Target, Sign)> {
    let rows = stage.sets.iter().flat_map(|s| &s.rows);
    let pods = rows.map(|r| (Target::Pod(r.key.clone()), Sign::Pod(r.look, r.node.is_empty())));
    let running = stage.hosts.iter().flat_map(|h| {
        let sign = |v: Verdict| matches!(v, Verdict::Mirrored);
        h.running.iter().map(move |r| (Target::Process(h.name.clone(), r.uid), Sign::Process(r.life, sign(r.verdict))))
    });
    let hosts = stage.hosts.iter().map(|h| (Target::Node(h.name.clone()), Sign::Host(h.ready, h.is_linked())));
    pods.chain(running).chain(hosts)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tween_is_sampled_not_accumulated() {
        let tween = Tween { start: Duration::from_millis(100), length: GLOW, easing: Easing::Out };
        let at = |ms| tween.at(Duration::from_millis(ms));
        assert_eq!((at(0), at(100), at(350), at(9999)), (0.0, 0.0, 1.0, 1.0));
        assert!(at(150) > Tween { easing: Easing::Linear, ..tween }.at(Duration::from_millis(150)));
    }
}
