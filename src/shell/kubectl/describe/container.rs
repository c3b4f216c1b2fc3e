//! Containers of pods and of pod templates, described.

use super::{text, time};
use crate::api::pod::{Container, ContainerState, ContainerStatus, Pod, Probe};
use crate::api::table::Describe;
use serde_json::Value;

/// Containers under a heading; of pods with what is known of their state, and of templates, whose names upstream indents
/// by one more.
pub fn containers(page: &mut Describe, title: &str, list: &[Container], statuses: &[ContainerStatus], pod: Option<&Pod>) {
    let (level, indent) = if pod.is_some() { (0, "  ") } else { (1, "   ") };
    page.line(level, &format!("{title}:{}", if list.is_empty() { " <none>" } else { "" }));
    for c in list {
        let status = statuses.iter().find(|s| s.name == c.name);
        page.line(0, &format!("{indent}{}:", c.name));
        identity(page, c, status);
        command(page, c);
        if let Some(status) = status {
            known(page, status);
        }
        amounts(page, c);
        probes(page, c);
        sources(page, c);
        variables(page, c, pod);
        mounts(page, c);
    }
}

fn identity(page: &mut Describe, c: &Container, status: Option<&ContainerStatus>) {
    if let Some(status) = status {
        page.field(2, "Container ID", &status.container_id);
    }
    page.field(2, "Image", &c.image);
    if let Some(status) = status {
        page.field(2, "Image ID", &status.image_id);
    }
    let name = |name: &str| if name.is_empty() { String::new() } else { format!(" ({name})") };
    let ports: Vec<String> = c.ports.iter().map(|p| format!("{}/{}{}", p.container_port, p.protocol, name(&p.name))).collect();
    let hosts: Vec<String> = c.ports.iter().map(|p| format!("{}/{}{}", p.host_port.unwrap_or(0), p.protocol, name(&p.name))).collect();
    for (label, list) in [("Port", ports), ("Host Port", hosts)] {
        match list.as_slice() {
            [] => page.field(2, label, "<none>"),
            [one] => page.field(2, label, one),
            several => page.field(2, &format!("{label}s"), &several.join(", ")),
        };
    }
}

fn command(page: &mut Describe, c: &Container) {
    for (label, words) in [("Command", &c.command), ("Args", &c.args)] {
        if !words.is_empty() {
            page.line(2, &format!("{label}:"));
            words.iter().flat_map(|word| word.split('\n')).for_each(|line| _ = page.line(3, line));
        }
    }
}

fn known(page: &mut Describe, status: &ContainerStatus) {
    state(page, "State", &status.state);
    if status.last_state.terminated.is_some() {
        state(page, "Last State", &status.last_state);
    }
    page.field(2, "Ready", if status.ready { "True" } else { "False" });
    page.field(2, "Restart Count", &status.restart_count.to_string());
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
            if let Some(signal) = ended.rest.get("signal").filter(|s| s.as_i64() > Some(0)) {
                page.field(3, "Signal", &text(signal, ""));
            }
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

fn amounts(page: &mut Describe, c: &Container) {
    for (label, amounts) in [("Limits", &c.resources.limits), ("Requests", &c.resources.requests)] {
        if !amounts.is_empty() {
            page.line(2, &format!("{label}:"));
            amounts.iter().for_each(|(name, amount)| _ = page.field(3, name, &amount.to_string()));
        }
    }
}

fn probes(page: &mut Describe, c: &Container) {
    for (label, probe) in [("Liveness", &c.liveness_probe), ("Readiness", &c.readiness_probe), ("Startup", &c.startup_probe)] {
        if let Some(probe) = probe {
            page.field(2, label, &probe_text(probe));
        }
    }
}

/// `http-get http://:8080/ delay=0s timeout=1s period=10s #success=1 #failure=3`.
fn probe_text(p: &Probe) -> String {
    let handler = if let Some(get) = p.rest.get("httpGet") {
        let scheme = text(&get["scheme"], "HTTP").to_lowercase();
        format!("http-get {scheme}://{}:{}{}", text(&get["host"], ""), text(&get["port"], ""), text(&get["path"], "/"))
    } else if let Some(exec) = p.rest.get("exec") {
        let words: Vec<String> = exec["command"].as_array().into_iter().flatten().map(|word| text(word, "")).collect();
        format!("exec [{}]", words.join(" "))
    } else if let Some(socket) = p.rest.get("tcpSocket") {
        format!("tcp-socket {}:{}", text(&socket["host"], ""), text(&socket["port"], ""))
    } else if let Some(grpc) = p.rest.get("grpc") {
        format!("grpc <pod>:{} {}", text(&grpc["port"], ""), text(&grpc["service"], ""))
    } else {
        "unknown".to_owned()
    };
    format!(
        "{handler} delay={}s timeout={}s period={}s #success={} #failure={}",
        p.initial_delay_seconds, p.timeout_seconds, p.period_seconds, p.success_threshold, p.failure_threshold
    )
}

fn sources(page: &mut Describe, c: &Container) {
    let Some(list) = c.rest.get("envFrom").and_then(Value::as_array).filter(|list| !list.is_empty()) else { return };
    page.line(2, "Environment Variables from:");
    for source in list {
        let (kind, from) =
            if source["configMapRef"].is_null() { ("Secret", &source["secretRef"]) } else { ("ConfigMap", &source["configMapRef"]) };
        let prefix = text(&source["prefix"], "");
        let prefix = if prefix.is_empty() { prefix } else { format!(" with prefix '{prefix}'") };
        page.line(3, &format!("{}\t{kind}{prefix}\tOptional: {}", text(&from["name"], ""), text(&from["optional"], "false")));
    }
}

fn variables(page: &mut Describe, c: &Container, pod: Option<&Pod>) {
    if c.env.is_empty() {
        page.field(2, "Environment", "<none>");
    } else {
        page.line(2, "Environment:");
    }
    for variable in &c.env {
        let name = text(&variable["name"], "");
        page.line(3, &format!("{name}:\t{}", meaning(variable, c, pod).replace('\n', "\n      \t")));
    }
}

/// What a variable holds, or where its value comes from.
fn meaning(variable: &Value, c: &Container, pod: Option<&Pod>) -> String {
    let from = &variable["valueFrom"];
    if let Some(path) = from["fieldRef"]["fieldPath"].as_str() {
        let value = pod.map(|pod| field(pod, path)).unwrap_or_default();
        return format!("{value} ({}:{path})", text(&from["fieldRef"]["apiVersion"], "v1"));
    }
    if !from["resourceFieldRef"].is_null() {
        let (value, name) = (c.resource(&from["resourceFieldRef"]).unwrap_or_default(), text(&from["resourceFieldRef"]["resource"], ""));
        let boundless = value == "0" && matches!(name.as_str(), "limits.cpu" | "limits.memory");
        return format!("{} ({name})", if boundless { "node allocatable" } else { &value });
    }
    for (source, noun) in [("secretKeyRef", "in secret"), ("configMapKeyRef", "of config map")] {
        let key = &from[source];
        if !key.is_null() {
            let (key, name, optional) = (text(&key["key"], ""), text(&key["name"], ""), text(&key["optional"], "false"));
            return format!("<set to the key '{key}' {noun} '{name}'>\tOptional: {optional}");
        }
    }
    text(&variable["value"], "")
}

/// A field of a pod as the downward API gives it. Upstream: fieldpath.ExtractFieldPathAsString, without maps.
fn field(pod: &Pod, path: &str) -> String {
    match path {
        "metadata.name" => pod.metadata.name.to_string(),
        "metadata.namespace" => pod.metadata.namespace.to_string(),
        "metadata.uid" => pod.metadata.uid.to_string(),
        "spec.nodeName" => pod.spec.node_name.to_string(),
        "status.podIP" | "status.podIPs" => pod.status.pod_ip.to_string(),
        "status.hostIP" | "status.hostIPs" => pod.status.host_ip.to_string(),
        _ => String::new(),
    }
}

fn mounts(page: &mut Describe, c: &Container) {
    if c.volume_mounts.is_empty() {
        page.field(2, "Mounts", "<none>");
        return;
    }
    page.line(2, "Mounts:");
    let mut mounts: Vec<_> = c.volume_mounts.iter().collect();
    mounts.sort_by(|a, b| a.mount_path.cmp(&b.mount_path));
    for m in mounts {
        let path = m.rest.get("subPath").map(|path| format!(",path={:?}", text(path, ""))).unwrap_or_default();
        page.line(3, &format!("{} from {} ({}{path})", m.mount_path, m.name, if m.read_only { "ro" } else { "rw" }));
    }
}
