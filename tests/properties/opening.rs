//! With what a run begins: a cluster and sets, claims, volumes, classes and budgets, drawn at random.

use super::acts::Line;
use super::dice::Dice;
use podyard::sim::{Options, World};

/// A cluster and what is applied to it first.
#[derive(Clone, Debug)]
pub struct Opening {
    /// Seed of the world's chance.
    pub seed: u64,
    /// How many nodes.
    pub nodes: u32,
    /// What is applied first, one text a document.
    pub documents: Vec<String>,
}

impl Opening {
    /// Draws one.
    pub fn draw(seed: u64, dice: &mut Dice) -> Opening {
        let class = dice.pick(&["", "fast", "late"]);
        let mut documents = classes(dice);
        documents.extend(volumes(dice));
        documents.extend(services());
        documents.push(ordered("kubia", class, dice));
        documents.extend(shared(dice));
        if dice.percent(30) {
            documents.push(ordered("web", dice.pick(&["", "fast"]), dice));
        }
        if dice.percent(40) {
            documents.push(deployment(dice));
        }
        if dice.percent(30) {
            documents.push(budget(dice));
        }
        Opening { seed, nodes: 1 + dice.below(4) as u32, documents }
    }
    /// The cluster with nothing in it but its nodes.
    pub fn world(&self) -> World {
        World::new(Options { seed: self.seed, nodes: self.nodes, ..Options::default() })
    }
    /// The line that applies the manifest.
    pub fn line(&self) -> Line {
        Line { text: "kubectl apply -f -".to_owned(), stdin: Some(self.documents.concat()) }
    }
    /// The run as a script.
    pub fn script(&self, lines: &[Line]) -> String {
        let typed: String = lines.iter().map(Line::typed).collect();
        format!("podyard run - --seed {} --nodes {} <<'END'\n{}{typed}END\n", self.seed, self.nodes, self.line().typed())
    }
}

fn classes(dice: &mut Dice) -> Vec<String> {
    let class = |name: &str, mode: &str, policy: &str| {
        format!(
            "apiVersion: storage.k8s.io/v1\nkind: StorageClass\nmetadata: {{name: {name}}}\nprovisioner: disks.example.com\n\
             volumeBindingMode: {mode}\nreclaimPolicy: {policy}\n---\n"
        )
    };
    vec![class("fast", "Immediate", dice.pick(&["Delete", "Retain"])), class("late", "WaitForFirstConsumer", "Delete")]
}

/// Some volumes without a class, of different sources and policies.
fn volumes(dice: &mut Dice) -> Vec<String> {
    let volume = |i: usize, dice: &mut Dice| {
        let source = match dice.below(4) {
            0 => format!("gcePersistentDisk: {{pdName: disk-{i}}}"),
            1 => format!("hostPath: {{path: /data/{i}}}"),
            _ => format!("nfs: {{server: nfs.example, path: /{i}}}"),
        };
        let policy = dice.pick(&["Retain", "Retain", "Delete", "Recycle"]);
        format!(
            "apiVersion: v1\nkind: PersistentVolume\nmetadata: {{name: pv-{i}}}\nspec:\n  capacity: {{storage: {}Mi}}\n  \
             accessModes: [ReadWriteOnce]\n  persistentVolumeReclaimPolicy: {policy}\n  {source}\n---\n",
            1 + dice.below(3)
        )
    };
    (0..dice.below(6)).map(|i| volume(i, dice)).collect()
}

fn services() -> Vec<String> {
    let service = |name: &str, address: &str| {
        format!(
            "apiVersion: v1\nkind: Service\nmetadata: {{name: {name}}}\nspec:\n  selector: {{app: kubia}}\n{address}  ports: [{{port: 80, targetPort: 8080}}]\n---\n"
        )
    };
    vec![service("kubia", "  clusterIP: None\n"), service("public", "")]
}

/// Labels and a container, indented as a template's value.
fn template(app: &str, image: &str, mounts: bool, dice: &mut Dice) -> String {
    let probe =
        if dice.percent(50) { "\n        readinessProbe: {httpGet: {port: 8080}, periodSeconds: 2, failureThreshold: 1}" } else { "" };
    let mounts = if mounts { "\n        volumeMounts: [{name: data, mountPath: /var/data}]" } else { "" };
    let grace = dice.pick(&["", "      terminationGracePeriodSeconds: 5\n", "      terminationGracePeriodSeconds: 0\n"]);
    format!(
        "  template:\n    metadata:\n      labels: {{app: {app}}}\n    spec:\n{grace}      containers:\n      - name: main\n        image: {image}{probe}{mounts}\n"
    )
}

/// A StatefulSet; claims of this class, or of none where it is blank, or no claims at all.
fn ordered(name: &str, class: &str, dice: &mut Dice) -> String {
    let claims = name == "kubia" || dice.percent(50);
    let retention = dice.pick(&["Retain", "Delete"]);
    let start = if dice.percent(20) { "  ordinals: {start: 2}\n" } else { "" };
    let policy = if dice.percent(30) { "Parallel" } else { "OrderedReady" };
    let strategy = dice.pick(&["{type: RollingUpdate}", "{type: RollingUpdate, rollingUpdate: {partition: 1}}", "{type: OnDelete}", "{}"]);
    let templates = format!(
        "  volumeClaimTemplates:\n  - metadata: {{name: data}}\n    spec:\n      accessModes: [ReadWriteOnce]\n      storageClassName: {class:?}\n      \
         resources: {{requests: {{storage: 1Mi}}}}\n"
    );
    format!(
        "apiVersion: apps/v1\nkind: StatefulSet\nmetadata: {{name: {name}}}\nspec:\n  serviceName: kubia\n  replicas: {}\n  \
         selector: {{matchLabels: {{app: {name}}}}}\n  podManagementPolicy: {policy}\n  updateStrategy: {strategy}\n  minReadySeconds: {}\n\
         {start}  persistentVolumeClaimRetentionPolicy: {{whenDeleted: {}, whenScaled: {retention}}}\n{}{}---\n",
        dice.below(5),
        dice.pick(&["0", "0", "7"]),
        dice.pick(&["Retain", "Delete"]),
        template(name, "luksa/kubia-pet", claims, dice),
        if claims { &templates } else { "" },
    )
}

/// A ReplicaSet whose pods share one claim, the claim, and a volume that would do.
fn shared(dice: &mut Dice) -> Vec<String> {
    let (class, mode) = if dice.percent(50) { ("", "ReadWriteMany") } else { ("fast", "ReadWriteOnce") };
    let volume = "apiVersion: v1\nkind: PersistentVolume\nmetadata: {name: pv-s}\nspec:\n  capacity: {storage: 1Mi}\n  \
                  accessModes: [ReadWriteMany]\n  nfs: {server: nfs.example, path: /s}\n---\n";
    let claim = format!(
        "apiVersion: v1\nkind: PersistentVolumeClaim\nmetadata: {{name: shared}}\nspec:\n  accessModes: [{mode}]\n  \
         storageClassName: {class:?}\n  resources: {{requests: {{storage: 1Mi}}}}\n---\n"
    );
    let template = template("rs", "luksa/kubia-pet", true, dice);
    let set = format!(
        "apiVersion: apps/v1\nkind: ReplicaSet\nmetadata: {{name: rs}}\nspec:\n  replicas: {}\n  \
         selector: {{matchLabels: {{app: rs}}}}\n  minReadySeconds: {}\n{template}      \
         volumes: [{{name: data, persistentVolumeClaim: {{claimName: shared}}}}]\n---\n",
        dice.below(4),
        dice.pick(&["0", "0", "7"]),
    );
    vec![volume.to_owned(), claim, set]
}

fn deployment(dice: &mut Dice) -> String {
    let strategy =
        dice.pick(&["{type: Recreate}", "{type: RollingUpdate}", "{type: RollingUpdate, rollingUpdate: {maxUnavailable: 0, maxSurge: 1}}"]);
    format!(
        "apiVersion: apps/v1\nkind: Deployment\nmetadata: {{name: front}}\nspec:\n  replicas: {}\n  selector: {{matchLabels: {{app: front}}}}\n  \
         strategy: {strategy}\n{}---\n",
        dice.below(4),
        template("front", "luksa/kubia", false, dice),
    )
}

fn budget(dice: &mut Dice) -> String {
    let limit = dice.pick(&["minAvailable: 1", "minAvailable: 2", "maxUnavailable: 1", "maxUnavailable: 0", "minAvailable: 50%"]);
    let app = dice.pick(&["kubia", "rs", "front"]);
    format!(
        "apiVersion: policy/v1\nkind: PodDisruptionBudget\nmetadata: {{name: budget}}\nspec:\n  {limit}\n  selector: {{matchLabels: {{app: {app}}}}}\n---\n"
    )
}
