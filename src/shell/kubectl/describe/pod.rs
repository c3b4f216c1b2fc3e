//! Pods and pod templates, described.

use super::{annotations, labels, or_none, pairs, time};
use crate::api::age;
use crate::api::meta::condition;
use crate::api::pod::{Container, ContainerState, ContainerStatus, Effect, Pod, PodSpec, PodTemplate, Probe, Toleration, Volume};
use crate::api::table::Describe;
use crate::sim::World;

pub fn describe(world: &World, page: &mut Describe, pod: &Pod) {
    let meta = &pod.metadata;
    page.field(0, "Name", &meta.name).field(0, "Namespace", &meta.namespace).field(0, "Priority", "0");
    if let Some(account) = pod.spec.rest.get("serviceAccountName").and_then(|a| a.as_str()) {
        page.field(0, "Service Account", account);
    }
    let node = if pod.is_scheduled() { format!("{}/{}", pod.spec.node_name, pod.status.host_ip) } else { "<none>".to_owned() };
    page.field(0, "Node", &node);
    if pod.status.start_time.is_some() {
        page.field(0, "Start Time", &time(pod.status.start_time));
    }
    labels(page, meta);
    status(world, page, pod);
    page.field(0, "IP", &pod.status.pod_ip);
    if pod.status.pod_ip.is_empty() {
        page.field(0, "IPs", "<none>");
    } else {
        page.line(0, "IPs:").field(1, "IP", &pod.status.pod_ip);
    }
    if let Some(owner) = meta.controller() {
        page.field(0, "Controlled By", &format!("{}/{}", owner.kind, owner.name));
    }
    if !pod.spec.init_containers.is_empty() {
        containers(page, "Init Containers", 0, &pod.spec.init_containers, &pod.status.init_container_statuses, true);
    }
    containers(page, "Containers", 0, &pod.spec.containers, &pod.status.container_statuses, true);
    gates(page, pod);
    conditions(page, pod);
    volumes(page, 0, &pod.spec.volumes);
    page.field(0, "QoS Class", &pod.status.qos_class);
    placement(page, 0, &pod.spec);
}

fn status(world: &World, page: &mut Describe, pod: &Pod) {
    match pod.metadata.deletion_timestamp.filter(|_| !pod.status.phase.is_terminal()) {
        Some(at) => {
            page.field(0, "Status", &format!("Terminating (lasts {})", age::age(world.now() - at)));
            let grace = pod.metadata.deletion_grace_period_seconds.unwrap_or_default();
            page.field(0, "Termination Grace Period", &format!("{grace}s"));
        }
        None => _ = page.field(0, "Status", pod.status.phase.text()),
    }
    for (label, text) in [("Reason", &pod.status.reason), ("Message", &pod.status.message)] {
        if !text.is_empty() {
            page.field(0, label, text);
        }
    }
}

fn gates(page: &mut Describe, pod: &Pod) {
    let Some(gates) = pod.spec.rest.get("readinessGates").and_then(|g| g.as_array()).filter(|g| !g.is_empty()) else { return };
    page.line(0, "Readiness Gates:").line(1, "Type\tStatus");
    for kind in gates.iter().filter_map(|gate| gate["conditionType"].as_str()) {
        let status = condition(&pod.status.conditions, kind).map_or("<none>", |c| c.status.text());
        page.line(1, &format!("{kind} \t{status} "));
    }
}

fn conditions(page: &mut Describe, pod: &Pod) {
    if pod.status.conditions.is_empty() {
        return;
    }
    page.line(0, "Conditions:").line(1, "Type\tStatus");
    for c in &pod.status.conditions {
        page.line(1, &format!("{} \t{} ", c.kind, c.status.text()));
    }
}

/// A set's template: labels, containers, volumes, placement.
pub fn template(page: &mut Describe, template: &PodTemplate) {
    page.line(0, "Pod Template:");
    pairs(page, 1, "Labels", &template.metadata.labels, "=");
    if !template.metadata.annotations.is_empty() {
        annotations(page, 1, &template.metadata.annotations);
    }
    if !template.spec.init_containers.is_empty() {
        containers(page, "Init Containers", 1, &template.spec.init_containers, &[], false);
    }
    containers(page, "Containers", 1, &template.spec.containers, &[], false);
    volumes(page, 1, &template.spec.volumes);
    placement(page, 1, &template.spec);
}

fn placement(page: &mut Describe, level: usize, spec: &PodSpec) {
    let selectors: Vec<String> = spec.node_selector.iter().map(|(k, v)| format!("{k}={v}")).collect();
    page.list(level, "Node-Selectors", &selectors);
    let mut tolerations: Vec<&Toleration> = spec.tolerations.iter().collect();
    tolerations.sort_by(|a, b| a.key.cmp(&b.key));
    let lines: Vec<String> = tolerations.into_iter().map(toleration).collect();
    page.list(level, "Tolerations", &lines);
}

fn toleration(t: &Toleration) -> String {
    let value = if t.value.is_empty() { String::new() } else { format!("={}", t.value) };
    let effect = t.effect.map(|e| format!(":{}", effect(e))).unwrap_or_default();
    let operator = if &*t.operator == "Exists" { " op=Exists" } else { "" };
    let limit = t.toleration_seconds.map(|s| format!(" for {s}s")).unwrap_or_default();
    format!("{}{value}{effect}{operator}{limit}", t.key).trim().to_owned()
}

/// The name of a taint's effect.
pub fn effect(effect: Effect) -> &'static str {
    match effect {
        Effect::NoExecute => "NoExecute",
        Effect::NoSchedule => "NoSchedule",
        Effect::PreferNoSchedule => "PreferNoSchedule",
    }
}

/// Containers; of pods with what is known of their state, and of templates, whose names upstream indents by three.
fn containers(page: &mut Describe, title: &str, level: usize, list: &[Container], statuses: &[ContainerStatus], pod: bool) {
    page.line(level, &format!("{title}:"));
    for c in list {
        let status = statuses.iter().find(|s| s.name == c.name);
        page.line(0, &format!("{}{}:", if pod { "  " } else { "   " }, c.name));
        identity(page, c, status, pod);
        if let Some(status) = status {
            state(page, "State", &status.state);
            if status.last_state.terminated.is_some() {
                state(page, "Last State", &status.last_state);
            }
            page.field(2, "Ready", if status.ready { "True" } else { "False" });
            page.field(2, "Restart Count", &status.restart_count.to_string());
        }
        settings(page, c);
    }
}

fn identity(page: &mut Describe, c: &Container, status: Option<&ContainerStatus>, pod: bool) {
    if pod && let Some(status) = status {
        page.field(2, "Container ID", &status.container_id);
    }
    page.field(2, "Image", &c.image);
    if pod && let Some(status) = status {
        page.field(2, "Image ID", &status.image_id);
    }
    let name = |name: &str| if name.is_empty() { String::new() } else { format!(" ({name})") };
    let ports: Vec<String> = c.ports.iter().map(|p| format!("{}/{}{}", p.container_port, p.protocol, name(&p.name))).collect();
    let hosts: Vec<String> = c.ports.iter().map(|p| format!("{}/{}{}", p.host_port.unwrap_or(0), p.protocol, name(&p.name))).collect();
    let s = if ports.len() > 1 { "s" } else { "" };
    page.field(2, &format!("Port{s}"), or_none(&ports.join(", ")));
    page.field(2, &format!("Host Port{s}"), or_none(&hosts.join(", ")));
    for (label, words) in [("Command", &c.command), ("Args", &c.args)] {
        if !words.is_empty() {
            page.line(2, &format!("{label}:"));
            words.iter().for_each(|word| _ = page.line(3, word));
        }
    }
}

fn state(page: &mut Describe, label: &str, state: &ContainerState) {
    match state {
        ContainerState { running: Some(running), .. } => {
            page.field(2, label, "Running").field(3, "Started", &time(running.started_at));
        }
        ContainerState { terminated: Some(ended), .. } => {
            page.field(2, label, "Terminated");
            if !ended.reason.is_empty() {
                page.field(3, "Reason", &ended.reason);
            }
            if !ended.message.is_empty() {
                page.field(3, "Message", &ended.message);
            }
            page.field(3, "Exit Code", &ended.exit_code.to_string());
            page.field(3, "Started", &time(ended.started_at)).field(3, "Finished", &time(ended.finished_at));
        }
        ContainerState { waiting, .. } => {
            page.field(2, label, "Waiting");
            if let Some(waiting) = waiting.as_ref().filter(|w| !w.reason.is_empty()) {
                page.field(3, "Reason", &waiting.reason);
            }
        }
    }
}

fn settings(page: &mut Describe, c: &Container) {
    for (label, amounts) in [("Limits", &c.resources.limits), ("Requests", &c.resources.requests)] {
        if !amounts.is_empty() {
            page.line(2, &format!("{label}:"));
            amounts.iter().for_each(|(name, amount)| _ = page.field(3, name, &amount.to_string()));
        }
    }
    for (label, probe) in [("Liveness", &c.liveness_probe), ("Readiness", &c.readiness_probe), ("Startup", &c.startup_probe)] {
        if let Some(probe) = probe {
            page.field(2, label, &probe_text(probe));
        }
    }
    environment_from(page, c);
    if c.env.is_empty() {
        page.field(2, "Environment", "<none>");
    } else {
        page.line(2, "Environment:");
    }
    for variable in &c.env {
        let source = variable["valueFrom"]["fieldRef"].as_object().map(|s| {
            let text = |field: &str| s.get(field).and_then(|v| v.as_str()).unwrap_or_default();
            format!(" ({}:{})", text("apiVersion"), text("fieldPath"))
        });
        let value = source.unwrap_or_else(|| variable["value"].as_str().unwrap_or_default().to_owned());
        page.field(3, variable["name"].as_str().unwrap_or_default(), &value);
    }
    if c.volume_mounts.is_empty() {
        page.field(2, "Mounts", "<none>");
        return;
    }
    page.line(2, "Mounts:");
    let mut mounts: Vec<_> = c.volume_mounts.iter().collect();
    mounts.sort_by(|a, b| a.mount_path.cmp(&b.mount_path));
    for m in mounts {
        page.line(3, &format!("{} from {} ({})", m.mount_path, m.name, if m.read_only { "ro" } else { "rw" }));
    }
}

fn environment_from(page: &mut Describe, c: &Container) {
    let Some(sources) = c.rest.get("envFrom").and_then(|v| v.as_array()).filter(|v| !v.is_empty()) else { return };
    page.line(2, "Environment Variables from:");
    for source in sources {
        for (field, kind) in [("configMapRef", "ConfigMap"), ("secretRef", "Secret")] {
            let Some(reference) = source.get(field) else { continue };
            let optional = reference["optional"].as_bool().unwrap_or(false);
            page.line(3, &format!("{}\t{kind}\tOptional: {optional}", reference["name"].as_str().unwrap_or_default()));
        }
    }
}

/// `http-get http://:8080/ delay=0s timeout=1s period=10s #success=1 #failure=3`.
fn probe_text(p: &Probe) -> String {
    let text = |v: &serde_json::Value| v.as_str().map_or_else(|| v.to_string(), str::to_owned);
    let handler = if let Some(get) = p.rest.get("httpGet") {
        let host = get["host"].as_str().unwrap_or_default();
        format!("http-get {}://{host}:{}{}", text(&get["scheme"]).to_lowercase(), text(&get["port"]), text(&get["path"]))
    } else if let Some(exec) = p.rest.get("exec") {
        let words: Vec<String> = exec["command"].as_array().into_iter().flatten().map(text).collect();
        format!("exec [{}]", words.join(" "))
    } else if let Some(socket) = p.rest.get("tcpSocket") {
        format!("tcp-socket {}:{}", socket["host"].as_str().unwrap_or_default(), text(&socket["port"]))
    } else {
        "unknown".to_owned()
    };
    format!(
        "{handler} delay={}s timeout={}s period={}s #success={} #failure={}",
        p.initial_delay_seconds, p.timeout_seconds, p.period_seconds, p.success_threshold, p.failure_threshold
    )
}

fn volumes(page: &mut Describe, level: usize, list: &[Volume]) {
    if list.is_empty() {
        page.field(level, "Volumes", "<none>");
        return;
    }
    page.line(level, "Volumes:");
    for v in list {
        page.line(0, &format!("{}{}:", if level == 0 { "  " } else { "   " }, v.name));
        volume(page, v);
    }
}

/// Volumes made of objects: field, type, label of the object's name and its field.
const OBJECTS: [(&str, &str, &str, &str); 2] = [
    ("configMap", "ConfigMap (a volume populated by a ConfigMap)", "Name", "name"),
    ("secret", "Secret (a volume populated by a Secret)", "SecretName", "secretName"),
];

fn volume(page: &mut Describe, v: &Volume) {
    if let Some(claim) = &v.persistent_volume_claim {
        page.field(2, "Type", "PersistentVolumeClaim (a reference to a PersistentVolumeClaim in the same namespace)");
        page.field(2, "ClaimName", &claim.claim_name).field(2, "ReadOnly", &claim.read_only.to_string());
    } else if let Some(dir) = &v.host_path {
        page.field(2, "Type", "HostPath (bare host directory volume)");
        page.field(2, "Path", &dir.path).field(2, "HostPathType", &dir.kind);
    } else if let Some(dir) = &v.empty_dir {
        page.field(2, "Type", "EmptyDir (a temporary directory that shares a pod's lifetime)");
        page.field(2, "Medium", dir["medium"].as_str().unwrap_or_default());
        page.field(2, "SizeLimit", dir["sizeLimit"].as_str().unwrap_or("<unset>"));
    } else if let Some((source, (_, words, label, name))) = OBJECTS.iter().find_map(|row| Some((v.rest.get(row.0)?, *row))) {
        page.field(2, "Type", words).field(2, label, source[name].as_str().unwrap_or_default());
        page.field(2, "Optional", &source["optional"].as_bool().unwrap_or(false).to_string());
    } else {
        page.field(2, "Type", "<unknown>");
    }
}
