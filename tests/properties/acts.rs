//! What may be typed: a world to begin with, and lines.

use podyard::engine::MANIFEST;
use podyard::shell;
use podyard::sim::{Options, World};
use proptest::prelude::*;
use proptest::sample::select;

/// With what a run begins.
#[derive(Clone, Debug)]
pub struct Start {
    /// Seed of the world's chance.
    pub seed: u64,
    /// True where the StatefulSet makes its pods all at once.
    pub parallel: bool,
}

impl Start {
    /// The manifest of the sandbox, with the wanted pod management.
    pub fn manifest(&self) -> String {
        let policy = if self.parallel { "  serviceName: kubia\n  podManagementPolicy: Parallel\n" } else { "  serviceName: kubia\n" };
        MANIFEST.replace("  serviceName: kubia\n", policy)
    }
    /// The sandbox, settled.
    pub fn world(&self) -> World {
        let mut world = World::new(Options { seed: self.seed, ..Options::default() });
        for (line, stdin) in [("kubectl apply -f -", Some(self.manifest())), ("settle", None)] {
            let turn = shell::run(&mut world, line, stdin.as_deref());
            let output = shell::finish(&mut world, turn);
            assert_eq!(output.rc, 0, "{}", output.err);
        }
        world
    }
}

/// Any start.
pub fn start() -> impl Strategy<Value = Start> {
    (0u64..1000, prop::bool::weighted(0.3)).prop_map(|(seed, parallel)| Start { seed, parallel })
}

fn text<T: std::fmt::Display + std::fmt::Debug + Clone + 'static>(values: Vec<T>, line: fn(T) -> String) -> BoxedStrategy<String> {
    select(values).prop_map(line).boxed()
}

/// One line: something done to a set, a pod, a claim, a node, a process; or time.
fn line() -> impl Strategy<Value = String> {
    let pods = || vec![0, 1, 2, 3];
    let nodes = || vec![1, 2, 3];
    let images = vec!["luksa/kubia-pet:v2", "luksa/kubia-pet", "luksa/kubia-broken"];
    prop_oneof![
        3 => text((0..=5).collect(), |n| format!("kubectl scale sts kubia --replicas={n}")),
        1 => text((0..=5).collect(), |n| format!("kubectl scale rs kubia-rs --replicas={n}")),
        2 => text(pods(), |n| format!("kubectl delete pod kubia-{n} --wait=false")),
        1 => text(pods(), |n| format!("kubectl delete pod kubia-{n} --force --grace-period=0")),
        1 => text(pods(), |n| format!("kubectl delete pvc data-kubia-{n} --wait=false")),
        2 => text(images, |image| format!("kubectl set image sts/kubia kubia={image}")),
        1 => text(nodes(), |n| format!("kubectl cordon node-{n}")),
        1 => text(nodes(), |n| format!("kubectl uncordon node-{n}")),
        1 => text(nodes(), |n| format!("kubectl delete node node-{n} --wait=false")),
        2 => text(nodes(), |n| format!("disconnect node-{n}")),
        2 => text(nodes(), |n| format!("reconnect node-{n}")),
        1 => text(nodes(), |n| format!("crash node-{n}")),
        1 => text(nodes(), |n| format!("boot node-{n}")),
        1 => text(pods(), |n| format!("fail kubia-{n}")),
        1 => text(pods(), |n| format!("fail kubia-{n} --exit 1")),
        1 => text(pods(), |n| format!("heal kubia-{n}")),
        4 => text(vec!["50ms", "700ms", "3s", "12s", "35s", "70s"], |span| format!("wait {span}")),
        1 => text(vec!["120s", "400s"], |span| format!("wait {span}")),
    ]
}

/// Up to so many lines.
pub fn lines(most: usize) -> impl Strategy<Value = Vec<String>> {
    prop::collection::vec(line(), 1..most)
}
