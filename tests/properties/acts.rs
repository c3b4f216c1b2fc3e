//! What may be typed next, drawn at random from what is there.

use super::dice::Dice;
use super::opening::Opening;
use podyard::api::{Key, Kind};
use podyard::sim::World;

/// A line and the text that it reads.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// What is typed.
    pub text: String,
    /// A here document.
    pub stdin: Option<String>,
}

impl Line {
    /// A line that reads nothing.
    pub fn plain(text: impl Into<String>) -> Line {
        Line { text: text.into(), stdin: None }
    }
    /// As it stands in a script.
    pub fn typed(&self) -> String {
        match &self.stdin {
            Some(text) => format!("{} <<EOF\n{text}EOF\n", self.text),
            None => format!("{}\n", self.text),
        }
    }
}

/// How often something is drawn, and how its line is made; `None` where there is nothing to do it to.
type Row = (usize, fn(&mut Dice, &World) -> Option<String>);

const ROWS: &[Row] = &[
    (14, wait),
    (2, |dice, _| Some(format!("wait {}", dice.pick(&["120s", "400s"])))),
    (8, scale),
    (4, |dice, world| {
        Some(format!("kubectl set image {} main=luksa/kubia-pet{}", set(dice, world)?, dice.pick(&["", ":v2", ":v3", "-broken"])))
    }),
    (6, |dice, world| Some(format!("kubectl delete pod {} --wait=false", name(Kind::Pod, dice, world)?))),
    (3, |dice, world| Some(format!("kubectl delete pod {} --force --grace-period=0", name(Kind::Pod, dice, world)?))),
    (3, |dice, world| Some(format!("kubectl delete pvc {} --wait=false", name(Kind::PersistentVolumeClaim, dice, world)?))),
    (1, |dice, world| Some(format!("kubectl delete pv {} --wait=false", name(Kind::PersistentVolume, dice, world)?))),
    (2, |dice, world| {
        let cascade = dice.pick(&["background", "foreground", "orphan"]);
        Some(format!("kubectl delete {} --cascade={cascade} --wait=false", set(dice, world)?))
    }),
    (1, |dice, world| {
        Some(format!(
            "kubectl patch pv {} --type=merge -p '{{\"spec\":{{\"claimRef\":null}}}}'",
            name(Kind::PersistentVolume, dice, world)?
        ))
    }),
    (5, |dice, world| Some(format!("{} {}", dice.pick(&["disconnect", "reconnect"]), machine(dice, world)?))),
    (4, |dice, world| Some(format!("{} {}", dice.pick(&["crash", "boot"]), machine(dice, world)?))),
    (1, |dice, world| Some(format!("kubectl delete node {} --wait=false", name(Kind::Node, dice, world)?))),
    (4, |dice, world| Some(format!("kubectl {} {}", dice.pick(&["cordon", "uncordon"]), name(Kind::Node, dice, world)?))),
    (1, |dice, world| {
        Some(format!("kubectl drain {} --force --ignore-daemonsets --delete-emptydir-data --timeout=40s", name(Kind::Node, dice, world)?))
    }),
    (2, |dice, world| {
        let taint = dice.pick(&[
            "gone=yes:NoExecute",
            "gone=yes:NoSchedule",
            "gone-",
            "node.kubernetes.io/out-of-service=x:NoExecute",
            "node.kubernetes.io/out-of-service-",
        ]);
        Some(format!("kubectl taint node {} {taint}", name(Kind::Node, dice, world)?))
    }),
    (3, |dice, world| Some(format!("{} {}", dice.pick(&["fail", "heal"]), name(Kind::Pod, dice, world)?))),
    (2, |dice, world| Some(format!("fail {} --exit {}", name(Kind::Pod, dice, world)?, dice.below(3)))),
    (5, |dice, world| {
        let pod = name(Kind::Pod, dice, world)?;
        Some(format!("curl -X POST -d note-{} localhost:8001/api/v1/namespaces/default/pods/{pod}/proxy/", dice.below(1000)))
    }),
    (2, traffic),
    (3, patch),
    (1, |dice, world| Some(format!("kubectl rollout {} {}", dice.pick(&["restart", "undo"]), set(dice, world)?))),
    (2, |dice, world| {
        Some(format!("kubectl label pod {} app={} --overwrite", name(Kind::Pod, dice, world)?, dice.pick(&["other", "kubia", "rs"])))
    }),
    (1, |_, world| Some(format!("kubectl delete pdb {}", world.objects(Kind::PodDisruptionBudget).next()?.meta().name))),
];

/// The next line.
pub fn draw(opening: &Opening, dice: &mut Dice, world: &World) -> Line {
    if dice.percent(3) {
        return opening.line();
    }
    let whole: usize = ROWS.iter().map(|row| row.0).sum();
    let mut left = dice.below(whole);
    let passed = |row: &&Row| {
        let here = left < row.0;
        left = left.saturating_sub(row.0);
        here
    };
    let row = ROWS.iter().find(passed).unwrap_or(&ROWS[0]);
    Line::plain((row.1)(dice, world).unwrap_or_else(|| "wait 1s".to_owned()))
}

fn wait(dice: &mut Dice, _: &World) -> Option<String> {
    Some(format!("wait {}", dice.pick(&["50ms", "150ms", "700ms", "3s", "12s", "35s", "70s"])))
}

fn scale(dice: &mut Dice, world: &World) -> Option<String> {
    Some(format!("kubectl scale {} --replicas={}", set(dice, world)?, dice.below(6)))
}

const PATCHES: [&str; 9] = [
    r#"{"updateStrategy":{"type":"RollingUpdate","rollingUpdate":{"partition":0}}}"#,
    r#"{"updateStrategy":{"type":"RollingUpdate","rollingUpdate":{"partition":2}}}"#,
    r#"{"updateStrategy":{"type":"OnDelete","rollingUpdate":null}}"#,
    r#"{"minReadySeconds":15}"#,
    r#"{"minReadySeconds":0}"#,
    r#"{"revisionHistoryLimit":1}"#,
    r#"{"persistentVolumeClaimRetentionPolicy":{"whenDeleted":"Delete","whenScaled":"Delete"}}"#,
    r#"{"persistentVolumeClaimRetentionPolicy":{"whenDeleted":"Retain","whenScaled":"Retain"}}"#,
    r#"{"ordinals":{"start":1}}"#,
];

fn patch(dice: &mut Dice, world: &World) -> Option<String> {
    let set = name(Kind::StatefulSet, dice, world)?;
    Some(format!("kubectl patch sts {set} --type=merge -p '{{\"spec\":{}}}'", dice.pick(&PATCHES)))
}

/// A flow to a service, to a pod's name or through the API server, or its end.
fn traffic(dice: &mut Dice, world: &World) -> Option<String> {
    if world.traffic().is_some() && dice.percent(30) {
        return Some("traffic --stop".to_owned());
    }
    let pod = name(Kind::Pod, dice, world)?;
    let service = name(Kind::Service, dice, world)?;
    let url = match dice.below(3) {
        0 => format!("http://{service}/"),
        1 => format!("http://{pod}.{service}:8080/"),
        _ => format!("localhost:8001/api/v1/namespaces/default/pods/{pod}/proxy/"),
    };
    let posts = if dice.percent(30) { " -d note" } else { "" };
    Some(format!(
        "traffic {url}{posts} --every {} --dns-cache {}",
        dice.pick(&["200ms", "1s", "7s"]),
        dice.pick(&["off", "ttl", "forever"])
    ))
}

/// Any set, as `kind/name`. A Deployment's own sets are its own affair.
fn set(dice: &mut Dice, world: &World) -> Option<String> {
    let sets = [Kind::StatefulSet, Kind::ReplicaSet, Kind::Deployment].into_iter().flat_map(|kind| world.objects(kind));
    let sets: Vec<String> =
        sets.filter(|o| o.meta().controller().is_none()).map(|o| format!("{}/{}", o.kind().singular(), o.meta().name)).collect();
    one(dice, sets)
}

fn name(kind: Kind, dice: &mut Dice, world: &World) -> Option<String> {
    let names = world.objects(kind).map(|o| o.key()).filter(|key: &Key| &*key.namespace != "kube-system");
    one(dice, names.map(|key| key.name.to_string()).collect())
}

fn machine(dice: &mut Dice, world: &World) -> Option<String> {
    one(dice, world.machines().map(|m| m.name.to_string()).collect())
}

fn one(dice: &mut Dice, mut from: Vec<String>) -> Option<String> {
    (!from.is_empty()).then(|| from.swap_remove(dice.below(from.len())))
}
