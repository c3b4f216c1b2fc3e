//! Sentences about machines, cables, processes and disks.

use crate::api::age;
use crate::scene::clock::spoken;
use crate::sim::Physical;

/// What happened on or between machines; `None` where the record's own sentence says enough.
pub fn words(what: &Physical) -> Option<String> {
    Some(match what {
        Physical::CableCut(node) => format!("pulled the cable of {node}"),
        Physical::CableJoined(node) => format!("plugged {node} in again"),
        Physical::PowerLost(node) => format!("took {node}'s power: its processes die"),
        Physical::PowerBack(node) => format!("booted {node}"),
        Physical::Started(_, pod, _) => format!("runs {}", pod.name),
        Physical::Stopped(_, pod, _, 137) => format!("killed {}", pod.name),
        Physical::Stopped(_, pod, _, 0) => format!("{} has stopped", pod.name),
        Physical::Stopped(_, pod, _, code) => format!("{} ended with code {code}", pod.name),
        Physical::Stopping(_, pod, _, grace) => format!("asked {} to stop: {} at most", pod.name, spoken(*grace)),
        Physical::Tampered(pod, true) => format!("broke {}: it fails its readiness probe", pod.name),
        Physical::Tampered(pod, false) => format!("mended {}", pod.name),
        Physical::Wrote(_, pod, disk, path) => format!("{} wrote {path} on {}", pod.name, disk.rsplit('/').next().unwrap_or(disk)),
        Physical::Scrubbed(disk) => format!("emptied {disk}"),
        Physical::Attached(disk, node) => format!("attached {} to {node}", disk.rsplit('/').next().unwrap_or(disk)),
        Physical::Detached(disk, node) => format!("detached {} from {node}", disk.rsplit('/').next().unwrap_or(disk)),
        Physical::Answered(pod, request, status) => format!("{} answered {request}: {status}", pod.name),
        Physical::Unanswered(request, why) => format!("no answer to {request}: {why}"),
        Physical::Recalled(name, told, age) => format!("remembers {told} for {name}, told {} ago", spoken(*age)),
        Physical::TrafficBegan(request, every) => format!("sends {request} every {}", age::go_duration(*every)),
        Physical::TrafficEnded(request) => format!("sends {request} no more"),
    })
}
