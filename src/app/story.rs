//! What happens as a linear text, one sentence a line: for screen readers and for logs.

use crate::scene::clock::clock;
use crate::scene::sentence;
use crate::sim::World;

/// What has been told so far.
#[derive(Debug, Default)]
pub struct Story {
    told: u64,
}

impl Story {
    /// A story that begins after what has already happened.
    pub fn after(world: &World) -> Story {
        Story { told: world.changes().next() }
    }
    /// What has happened since it was last asked: `06:05 taint-eviction: evicts kubia-0: 30 s of grace`. A world in which
    /// less has happened than was told is a past that is looked at again: it is told from there.
    pub fn go_on(&mut self, world: &World) -> String {
        let next = world.changes().next();
        let from = std::mem::replace(&mut self.told, next).min(next);
        let epoch = world.options().epoch;
        let (mut text, mut last) = (String::new(), None);
        for change in world.changes().since(from) {
            let Some(said) = sentence(change, world).filter(|said| last.as_ref() != Some(said)) else { continue };
            text.push_str(&format!("{} {}: {}\n", clock(change.at - epoch), said.who, said.words));
            last = Some(said);
        }
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::sandbox;
    use crate::shell;

    #[test]
    fn each_thing_is_told_once_and_in_order() {
        let mut world = sandbox(1);
        let mut story = Story::after(&world);
        let before = world.clone();
        shell::run(&mut world, "disconnect node-3", None);
        let told = story.go_on(&world);
        assert!(told.ends_with(" you: pulled the cable of node-3\n"), "{told}");
        assert_eq!(story.go_on(&world), "");
        assert_eq!(story.go_on(&before), "", "a past that was told already");
        assert_eq!(story.go_on(&world), told, "and what came after it is told again");
    }
}
