//! `kubectl config`: there is one cluster and one user; the namespace of the context is the world's.

use super::{Answer, Call};
use crate::api::table;
use crate::shell::voice::Failure;
use crate::sim::Act;

/// What the context, and the cluster, is called.
const NAME: &str = "podyard";

/// Shows and changes the context.
pub fn run(call: &mut Call) -> Answer {
    match call.shift().as_deref() {
        Some("view") => view(call),
        Some("current-context") => call.voice.say(NAME),
        Some("get-clusters") => call.voice.say("NAME\npodyard"),
        Some("get-users") => call.voice.say("NAME\nyou"),
        Some("get-contexts") => return contexts(call),
        Some("use-context") => return switch(call),
        Some("set-context") => return set(call),
        Some(
            "set" | "unset" | "set-cluster" | "set-credentials" | "rename-context" | "delete-context" | "delete-cluster" | "delete-user",
        ) => {
            return Err(Failure::error("podyard has one cluster, one user and one context; only its namespace can be set"));
        }
        _ => {
            let known = "view, get-contexts, get-clusters, get-users, current-context, use-context and set-context";
            return Err(Failure::error(format!("podyard knows kubectl config {known}")));
        }
    }
    Ok(None)
}

/// The namespace as it was set; blank where it was not.
fn namespace<'a>(call: &'a Call) -> &'a str {
    let set: &'a str = call.world.context();
    if set == "default" { "" } else { set }
}

fn view(call: &mut Call) {
    let namespace = match namespace(call) {
        "" => String::new(),
        set => format!("    namespace: {set}\n"),
    };
    call.voice.out.push_str(&format!(
        "apiVersion: v1\nclusters:\n- cluster:\n    server: https://127.0.0.1:6443\n  name: {NAME}\ncontexts:\n- context:\n    cluster: {NAME}\n\
         {namespace}    user: you\n  name: {NAME}\ncurrent-context: {NAME}\nkind: Config\nusers:\n- name: you\n  user: {{}}\n"
    ));
}

fn contexts(call: &mut Call) -> Answer {
    if let Some(other) = call.args.words.iter().find(|word| *word != NAME) {
        return Err(Failure::error(format!("context {other} not found")));
    }
    if call.args.get("output") == Some("name") {
        call.voice.say(NAME);
        return Ok(None);
    }
    let row = ["*", NAME, NAME, "you", namespace(call)].map(str::to_owned).to_vec();
    let text = table::write(&["CURRENT", "NAME", "CLUSTER", "AUTHINFO", "NAMESPACE"], &[row], !call.args.on("no-headers"));
    call.voice.out.push_str(&text);
    Ok(None)
}

fn switch(call: &mut Call) -> Answer {
    match call.args.words.first().map_or("", String::as_str) {
        NAME => call.voice.say(format!("Switched to context {NAME:?}.")),
        other => return Err(Failure::error(format!("no context exists with the name: {other:?}"))),
    }
    Ok(None)
}

/// `set-context --current --namespace=NAME`. As in kubectl nobody asks whether there is such a namespace.
fn set(call: &mut Call) -> Answer {
    match (call.args.words.as_slice(), call.args.on("current")) {
        ([], true) => {}
        ([name], false) if name == NAME => {}
        ([name], false) => return Err(Failure::error(format!("podyard has one context, {NAME}, and makes no {name:?}"))),
        (words, _) => return Err(Failure::error(format!("Unexpected args: [{}]", words.join(" ")))),
    }
    if let Some(namespace) = call.args.get("namespace").map(str::to_owned) {
        let namespace = if namespace.is_empty() { "default" } else { &namespace };
        call.world.apply(Act::Context(namespace.into()))?;
    }
    call.voice.say(format!("Context {NAME:?} modified."));
    Ok(None)
}
