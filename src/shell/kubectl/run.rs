//! `kubectl run`: a pod by itself, attached to where asked.

use super::attach::Attached;
use super::{Answer, Call, generate, labels_of};
use crate::api::object::Kind;
use crate::shell::flags::{Flag, switch, value};
use crate::shell::job::Task;
use crate::shell::requests;
use crate::shell::voice::Failure;
use serde_json::{Value, json};

/// Flags of its own.
pub const FLAGS: &[Flag] = &[
    value("image", '-'),
    switch("stdin", 'i'),
    switch("tty", 't'),
    switch("rm", '-'),
    switch("attach", '-'),
    switch("command", '-'),
    switch("quiet", 'q'),
    value("restart", '-'),
    value("env", '-'),
    value("annotations", '-'),
    value("port", '-'),
    value("labels", 'l'),
    value("image-pull-policy", '-'),
    value("overrides", '-'),
    value("pod-running-timeout", '-'),
];

/// Creates the pod, and stays with it where `-i`, `-t` or `--attach` is given.
pub fn run(call: &mut Call) -> Answer {
    let name = call.args.words.first().ok_or_else(|| Failure::error("NAME is required for run"))?.clone();
    let command = call.args.rest.clone().unwrap_or_else(|| call.args.words[1..].to_vec());
    let image = call.args.get("image").ok_or_else(|| Failure::error("required flag(s) \"image\" not set"))?.to_owned();
    let attached = ["stdin", "tty", "attach"].iter().any(|flag| call.args.on(flag));
    if call.args.on("rm") && !attached {
        return Err(Failure::error("--rm should only be used for attached containers"));
    }
    let restart = call.args.get("restart").unwrap_or("Always");
    if !matches!(restart, "Always" | "OnFailure" | "Never") {
        return Err(Failure::error(format!("invalid restart policy: {restart}")));
    }
    let manifest = manifest(call, &name, &image, restart, &command, attached)?;
    if !attached {
        return generate::send(call, Kind::Pod, manifest, "created", "");
    }
    let written = call.act(|world| requests::create(world, Kind::Pod, manifest))?;
    call.voice.warnings(written.warnings);
    if call.args.on("stdin") && !call.args.on("quiet") {
        call.voice.warn(
            "All commands and output from this session will be recorded in container logs, including credentials and sensitive information \
             passed through the command prompt.\nIf you don't see a command prompt, try pressing enter.",
        );
    }
    Ok(Some(Task::Attached(Attached::new(&written.object, command, call.args.on("rm")))))
}

fn manifest(call: &Call, name: &str, image: &str, restart: &str, command: &[String], attached: bool) -> Result<Value, Failure> {
    let mut container = json!({"name": name, "image": image});
    if !command.is_empty() {
        container[if call.args.on("command") { "command" } else { "args" }] = json!(command);
    }
    if let Some(port) = call.args.number("port")? {
        container["ports"] = json!([{"containerPort": port}]);
    }
    if let Some(policy) = call.args.get("image-pull-policy") {
        container["imagePullPolicy"] = policy.into();
    }
    let env: Vec<Value> = call.args.all("env").filter_map(|e| e.split_once('=')).map(|(n, v)| json!({"name": n, "value": v})).collect();
    if !env.is_empty() {
        container["env"] = json!(env);
    }
    for (flag, field) in [("stdin", "stdin"), ("tty", "tty")] {
        if call.args.on(flag) {
            container[field] = true.into();
        }
    }
    if call.args.on("stdin") {
        container["stdinOnce"] = true.into();
    }
    let labels: Value = match call.args.get("labels") {
        Some(text) => labels_of(text).into(),
        None => json!({"run": name}),
    };
    let mut meta = json!({"name": name, "labels": labels});
    if attached || call.args.get("namespace").is_some() {
        meta["namespace"] = call.namespace().into();
    }
    if let Some(list) = call.args.get("annotations") {
        meta["annotations"] = labels_of(list).into();
    }
    let mut pod = json!({"apiVersion": "v1", "kind": "Pod", "metadata": meta,
        "spec": {"containers": [container], "dnsPolicy": "ClusterFirst", "restartPolicy": restart}});
    if let Some(text) = call.args.get("overrides") {
        let change: Value = serde_json::from_str(text).map_err(|why| Failure::error(format!("Invalid JSON Patch: {why}")))?;
        crate::api::patch::merge(&mut pod, &change);
    }
    Ok(pod)
}
