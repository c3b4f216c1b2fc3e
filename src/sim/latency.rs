//! How long things take: one table, with the real-world number and its reason. A scenario overrides rows by name.

use crate::api::Span;
use imbl::OrdMap;

macro_rules! latencies {
    ($($variant:ident $name:literal $millis:literal $why:literal;)*) => {
        /// Something that takes time.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
        pub enum Latency { $(#[doc = $why] $variant),* }

        /// Every row: the latency, its name in scenarios, milliseconds, and why that many.
        pub static LATENCIES: &[(Latency, &str, i64, &str)] = &[$((Latency::$variant, $name, $millis, $why)),*];
    };
}

latencies! {
    ControllerSync   "controller-sync"     5      "From a change to the controller that looks at it: a watch event and an idle work queue.";
    ControllerResync "controller-retry"    5      "First retry of a failed sync, as upstream; each next comes after twice as long.";
    Scheduling       "scheduling"          3      "From a pending pod to the scheduler's decision, when its queue is empty.";
    VolumeSync       "volume-sync"         20     "From a change to the volume controller, which is slower than the scheduler: pods fail to schedule once first.";
    Garbage          "garbage-collector"   20     "From an owner's end to the collector's deletes.";
    Downlink         "kubelet-watch"       20     "From a pod's change to its kubelet.";
    Uplink           "kubelet-report"      20     "From a kubelet's report to the record.";
    Mount            "mount"               750    "Making volumes and the sandbox ready: network, control groups, directories.";
    Pull             "image-pull"          100    "Fetching an image that the node does not have, whatever its size; a registry that is near and fast.";
    Start            "container-start"     200    "From a created container to a running process, before the image's own start-up.";
    Stop             "process-stop"        500    "What a process takes to stop when asked politely, where its image does not say otherwise.";
    Teardown         "teardown"            1000   "From the order to end a pod to its kubelet's word that it is gone, at least: sandbox, volumes, control groups.";
    Attach           "attach"              1000   "Attaching a disk to a machine; clouds take 1 to 30 s.";
    Detach           "detach"              1000   "Detaching a disk from a machine.";
    Request          "request"             5      "One hop of a request inside the cluster.";
    Heartbeat        "heartbeat"           10000  "How often a kubelet renews its lease.";
    NodeMonitor      "node-monitor"        5000   "How often the node controller looks at all nodes: --node-monitor-period.";
    NodeGrace        "node-grace"          50000  "Silence after which a node is marked unknown: --node-monitor-grace-period.";
    PodGc            "pod-gc"              20000  "How often pods are collected.";
    VolumeResync     "volume-resync"       15000  "How often the volume controller looks at everything again.";
    Housekeeping     "housekeeping"        2000   "How often a kubelet kills what it no longer should run.";
    Provision        "provision"           1000   "A storage driver making a volume; clouds take 1 to 10 s.";
    Recycler         "recycler"            3000   "From a released volume to its recycler pod, as recorded of a real control plane.";
}

/// Overrides by latency; the table's number where there is none.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Latencies(OrdMap<Latency, Span>);

impl Latencies {
    /// How long it takes.
    pub fn of(&self, latency: Latency) -> Span {
        self.0.get(&latency).copied().unwrap_or(Span(LATENCIES[latency as usize].2))
    }
    /// Sets a row by its name; false where there is no such row.
    pub fn set(&mut self, name: &str, span: Span) -> bool {
        let row = LATENCIES.iter().find(|row| row.1 == name);
        row.is_some_and(|row| {
            self.0.insert(row.0, span);
            true
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_stand_in_the_order_of_the_enum() {
        for (i, row) in LATENCIES.iter().enumerate() {
            assert_eq!(row.0 as usize, i, "{}", row.1);
        }
    }

    #[test]
    fn overridden_by_name() {
        let mut table = Latencies::default();
        assert!(table.set("image-pull", Span::secs(9)));
        assert!(!table.set("no-such-thing", Span(1)));
        assert_eq!(table.of(Latency::Pull), Span::secs(9));
        assert_eq!(table.of(Latency::Mount), Span(750));
    }
}
