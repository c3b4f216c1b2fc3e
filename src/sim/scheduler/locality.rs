//! A node that has a pod's images already is better. Upstream: pkg/scheduler/framework/plugins/imagelocality.
//!
//! Names are compared as they are written, but for a missing tag: a node lists `docker.io/library/nginx:latest`, which a pod
//! that asks for `nginx` does not name. That is so upstream too, wherever the runtime is containerd.

use super::score::FULL;
use super::seats::Seats;
use crate::api::{Name, Node, Pod};
use imbl::OrdMap;
use std::collections::BTreeSet;

const MB: i64 = 1 << 20;
/// What is there counts from this much on: minThreshold.
const LEAST: i64 = 23 * MB;
/// And up to this much for each container: maxContainerThreshold.
const MOST: i64 = 1000 * MB;

/// An image that nodes have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Stock {
    size: i64,
    nodes: i64,
}

/// The images of all nodes, by each of their names. Upstream: the cache's imageStates.
#[derive(Clone, Debug, Default)]
pub struct Stocks(OrdMap<Name, Stock>);

impl Stocks {
    /// A node lists these images now, where it listed those of `before`.
    pub fn relist(&mut self, before: Option<&Node>, after: Option<&Node>) {
        for (name, _) in named(before) {
            self.count(name, -1, 0);
        }
        for (name, size) in named(after) {
            self.count(name, 1, size);
        }
    }
    fn count(&mut self, name: &Name, nodes: i64, size: i64) {
        let stock = self.0.entry(name.clone()).or_insert(Stock { size, nodes: 0 });
        stock.nodes += nodes;
        if stock.nodes <= 0 {
            self.0.remove(name);
        }
    }
}

/// Each name once, with the size of what it names.
fn named(node: Option<&Node>) -> impl Iterator<Item = (&Name, i64)> {
    let mut seen = BTreeSet::new();
    let all = node.into_iter().flat_map(|node| node.status.images.iter()).flat_map(|i| i.names.iter().map(|name| (name, i.size_bytes)));
    all.filter(move |(name, _)| seen.insert(*name))
}

/// Which of a pod's images a node has, one bit each.
pub type Held = u64;

/// The images that a pod wants.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wanted {
    /// As they are looked up; of more than a [`Held`] has bits the rest is not looked up.
    names: Vec<Name>,
    containers: i64,
}

impl Wanted {
    /// As its containers name them, and its volumes, which add to what is there and not to how much is possible.
    pub fn by(pod: &Pod) -> Wanted {
        let spec = &pod.spec;
        let containers = spec.init_containers.iter().chain(spec.containers.iter()).map(|c| &*c.image);
        let volumes = spec.volumes.iter().filter_map(|volume| volume.rest.get("image")?.get("reference")?.as_str());
        let names = containers.chain(volumes).take(Held::BITS as usize).map(tagged).collect();
        Wanted { names, containers: (spec.init_containers.len() + spec.containers.len()) as i64 }
    }
    /// True where no node has any of them.
    pub fn is_nowhere(&self, stocks: &Stocks) -> bool {
        !self.names.iter().any(|name| stocks.0.contains_key(name))
    }
    /// Which of them a node has.
    pub fn held(&self, stocks: &Stocks, node: &Node) -> Held {
        let has = |name: &Name| stocks.0.contains_key(name) && node.status.images.iter().any(|image| image.names.contains(name));
        self.names.iter().enumerate().filter(|(_, name)| has(name)).fold(0, |held, (place, _)| held | 1 << place)
    }
    /// The score of a node that has these of them: the more of all nodes have an image, the more it counts.
    pub fn score(&self, stocks: &Stocks, held: Held, nodes: usize) -> i64 {
        let there = self.names.iter().enumerate().filter(|(place, _)| held & (1 << place) != 0);
        let stocked = there.filter_map(|(_, name)| stocks.0.get(name));
        let sum: i128 = stocked.map(|stock| i128::from(stock.size) * i128::from(stock.nodes) / nodes.max(1) as i128).sum();
        let most = i128::from(MOST * self.containers.max(1));
        let least = i128::from(LEAST);
        (i128::from(FULL) * (sum.clamp(least, most) - least) / (most - least)) as i64
    }
}

/// Upstream: normalizedImageName.
fn tagged(image: &str) -> Name {
    let last = |sign: u8| image.bytes().rposition(|byte| byte == sign);
    if last(b':') <= last(b'/') { format!("{image}:latest").into() } else { image.into() }
}

/// The score of each place; `None` where no node has any of the pod's images.
pub fn scores(seats: &Seats, pod: &Pod, feasible: &[usize]) -> Option<Vec<i64>> {
    let (wanted, stocks) = (Wanted::by(pod), seats.stocks());
    if wanted.is_nowhere(stocks) {
        return None;
    }
    let score = |&place: &usize| wanted.score(stocks, wanted.held(stocks, &seats.at(place).node), seats.len());
    Some(feasible.iter().map(score).collect())
}

#[cfg(test)]
mod tests;
