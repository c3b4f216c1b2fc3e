//! Recordings of a real control plane, played again in podyard: the same objects, the same order, the same events, the
//! same printed tables.

#[path = "conformance/allowed.rs"]
mod allowed;
#[path = "conformance/compare.rs"]
mod compare;
#[path = "conformance/masks.rs"]
mod masks;
#[path = "conformance/recording.rs"]
mod recording;
#[path = "conformance/replay.rs"]
mod replay;

use recording::Recording;

fn check(name: &str) {
    let recorded = Recording::open(name);
    let played = replay::play(&recorded);
    let differences = compare::differences(&recorded.rows, &played);
    assert!(differences.is_empty(), "{name}: {} differences\n{}", differences.len(), compare::show(&differences));
}

#[test]
fn sts_lifecycle() {
    check("sts-lifecycle");
}

#[test]
fn rs_shared_claim() {
    check("rs-shared-claim");
}

#[test]
fn on_delete() {
    check("on-delete");
}

#[test]
fn gce_recycle() {
    check("gce-recycle");
}

#[test]
fn sts_node_lost() {
    check("sts-node-lost");
}

#[test]
fn rolling_update() {
    check("rolling-update");
}

#[test]
fn adoption() {
    check("adoption");
}

#[test]
fn kubectl_texts() {
    check("kubectl-texts");
}

#[test]
fn invalid() {
    check("invalid");
}
