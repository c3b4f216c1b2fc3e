//! Which pods a drain makes leave, and what it says of the others. Upstream: kubectl/pkg/drain/filters.go.

use super::super::Call;
use crate::api::{Key, Kind, Pod, Selector, Span, Time};
use crate::sim::World;
use std::sync::Arc;

/// What is to be passed over, and what is not to be stopped by.
#[derive(Clone, Debug)]
pub struct Filters {
    force: bool,
    ignore_daemon_sets: bool,
    delete_empty_dir_data: bool,
    skip_after: Option<Span>,
    selector: Selector,
}

/// What becomes of a pod.
enum Verdict {
    /// It leaves.
    Go,
    /// It stays, and nobody minds.
    Skip,
    /// Something is said of it; it leaves or stays.
    Warn(&'static str, bool),
    /// It stops the drain.
    Stop(String),
}

/// The pods of a node, as the filters see them.
#[derive(Debug, Default)]
pub struct Sorted {
    /// Those that leave, in the record's order.
    pub leaving: Vec<Arc<Pod>>,
    /// Why the drain stops; empty where it goes on.
    pub errors: Vec<String>,
    /// What is said in passing; blank for nothing.
    pub warning: String,
}

const DAEMON_SET: &str = "DaemonSet-managed Pods (use --ignore-daemonsets to ignore)";
const LOCAL_STORAGE: &str = "Pods with local storage (use --delete-emptydir-data to override)";
const UNMANAGED: &str = "Pods that declare no controller (use --force to override)";

impl Filters {
    /// As the flags want it.
    pub fn of(call: &Call) -> Result<Filters, String> {
        let selector = call.args.get("pod-selector").map(crate::api::selector_text::parse).transpose();
        let selector = selector.map_err(|_| "--pod-selector=<pod_selector> must be a valid label selector".to_owned())?;
        let skip = call.args.number("skip-wait-for-delete-timeout").map_err(|f| f.text.trim_start_matches("error: ").to_owned())?;
        Ok(Filters {
            force: call.args.on("force"),
            ignore_daemon_sets: call.args.on("ignore-daemonsets"),
            delete_empty_dir_data: call.args.on("delete-emptydir-data"),
            skip_after: skip.filter(|seconds| *seconds > 0).map(Span::secs),
            selector: selector.unwrap_or_default(),
        })
    }

    /// Sorts the pods of a node.
    pub fn sort(&self, world: &World, node: &str) -> Sorted {
        let (mut leaving, mut stops, mut warnings) = (Vec::new(), Groups::default(), Groups::default());
        let mut pods: Vec<&Arc<Pod>> = world.store().pods_on(node).filter_map(|key| world.get::<Pod>(key)).collect();
        pods.sort_by_key(|pod| pod.metadata.key());
        for pod in pods.into_iter().filter(|pod| self.selector.matches(&pod.metadata.labels)) {
            let verdict = self.judge(world, pod);
            if matches!(verdict, Verdict::Go | Verdict::Warn(_, true)) {
                leaving.push(pod.clone());
            }
            match verdict {
                Verdict::Stop(why) => stops.add(format!("cannot delete {why}"), pod),
                Verdict::Warn(words, _) => warnings.add(words.to_owned(), pod),
                Verdict::Go | Verdict::Skip => {}
            }
        }
        Sorted { leaving, errors: stops.lines(), warning: warnings.lines().join("; ") }
    }

    /// The filters in their order: the first that keeps a pod decides, else the last that has something to say.
    fn judge(&self, world: &World, pod: &Pod) -> Verdict {
        if self.given_up_at(pod).is_some_and(|at| world.now() >= at) {
            return Verdict::Skip;
        }
        if pod.status.phase.is_terminal() {
            return Verdict::Go;
        }
        let daemon = self.judge_daemon(world, pod);
        if matches!(daemon, Verdict::Stop(_) | Verdict::Warn(_, false)) {
            return daemon;
        }
        if pod.metadata.annotations.get("kubernetes.io/config.mirror").is_some() {
            return Verdict::Skip;
        }
        if !self.delete_empty_dir_data && pod.spec.volumes.iter().any(|v| v.empty_dir.is_some()) {
            return Verdict::Stop(LOCAL_STORAGE.to_owned());
        }
        match (pod.metadata.controller(), self.force) {
            (Some(_), _) => Verdict::Go,
            (None, true) => Verdict::Warn("deleting Pods that declare no controller", true),
            (None, false) => Verdict::Stop(UNMANAGED.to_owned()),
        }
    }

    fn judge_daemon(&self, world: &World, pod: &Pod) -> Verdict {
        let Some(owner) = pod.metadata.controller().filter(|owner| &*owner.kind == "DaemonSet") else { return Verdict::Go };
        let key = Key::new(pod.metadata.namespace.clone(), owner.name.clone());
        let exists = world.object(Kind::DaemonSet, &key).is_some();
        match (exists, self.force, self.ignore_daemon_sets) {
            (false, true, _) => Verdict::Go,
            (false, false, _) => Verdict::Stop(format!("daemonsets.apps {:?} not found", owner.name)),
            (true, _, false) => Verdict::Stop(DAEMON_SET.to_owned()),
            (true, _, true) => Verdict::Warn("ignoring DaemonSet-managed Pods", false),
        }
    }

    /// When a pod that ends is not waited for any more.
    pub fn given_up_at(&self, pod: &Pod) -> Option<Time> {
        Some(pod.metadata.deletion_timestamp? + self.skip_after? + Span::secs(1))
    }

    /// The line that says so.
    pub fn words_of_giving_up(&self, pod: &Key) -> String {
        let seconds = self.skip_after.map_or(0, Span::as_secs);
        format!("pod {:?} has DeletionTimestamp older than {seconds} seconds, skipping", pod.name)
    }
}

/// Pods by what is said of them, in the order in which it was first said.
#[derive(Default)]
struct Groups(Vec<(String, Vec<String>)>);

impl Groups {
    fn add(&mut self, words: String, pod: &Pod) {
        let name = pod.metadata.key().to_string();
        match self.0.iter_mut().find(|(known, _)| *known == words) {
            Some((_, names)) => names.push(name),
            None => self.0.push((words, vec![name])),
        }
    }
    fn lines(&self) -> Vec<String> {
        self.0.iter().map(|(words, names)| format!("{words}: {}", names.join(", "))).collect()
    }
}
