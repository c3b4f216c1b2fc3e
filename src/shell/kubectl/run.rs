//! `kubectl run`: a pod by itself, attached to where asked.

use super::attach::Attached;
use super::{Answer, Call, generate};
use crate::api::object::Kind;
use crate::shell::flags::{Flag, switch, value};
use crate::shell::job::Task;
use crate::shell::requests;
use crate::shell::voice::Failure;
use serde_json::{Map, Value, json};

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
    switch("expose", '-'),
    switch("privileged", '-'),
];

/// Creates the pod, and stays with it where `-i`, `-t` or `--attach` is given.
pub fn run(call: &mut Call) -> Answer {
    let image = call.args.get("image").ok_or_else(|| Failure::error("required flag(s) \"image\" not set"))?.to_owned();
    let name = call.args.words.first().ok_or_else(|| call.args.wrong_usage("NAME is required for run"))?.clone();
    let mut command = call.args.words[1..].to_vec();
    command.extend(call.args.rest.clone().unwrap_or_default());
    let attached = attaches(call);
    check(call, &image, attached)?;
    let pod = pod(call, &name, &image, &command)?;
    let service = call.args.on("expose").then(|| service(call, &name, &pod)).transpose()?;
    if !attached {
        return both(call, pod, service);
    }
    if let Some(service) = service {
        generate::send(call, Kind::Service, service, "created", "")?;
    }
    let mut pod = pod;
    pod["metadata"]["namespace"] = call.namespace().into();
    let written = call.act(|world| requests::create(world, Kind::Pod, pod))?;
    call.voice.warnings(written.warnings);
    if call.args.on("stdin") && !call.args.on("quiet") {
        call.voice.warn(
            "All commands and output from this session will be recorded in container logs, including credentials and sensitive information \
             passed through the command prompt.\nIf you don't see a command prompt, try pressing enter.",
        );
    }
    Ok(Some(Task::Attached(Attached::new(&written.object, command, call.args.on("rm")))))
}

fn attaches(call: &Call) -> bool {
    match call.args.get("attach") {
        Some(said) => said == "true",
        None => call.args.on("stdin"),
    }
}

/// What is wrong with the flags. Upstream: RunOptions.Run.
fn check(call: &Call, image: &str, attached: bool) -> Result<(), Failure> {
    let args = &call.args;
    let usage = |words: &str| Err(args.wrong_usage(words));
    let restart = args.get("restart").unwrap_or("Always");
    if image.is_empty() {
        return Err(Failure::error("--image is required"));
    }
    if image.contains(|c: char| c.is_whitespace() || c.is_ascii_control()) || image.starts_with(['-', '/', ':', '.']) {
        return Err(Failure::error(format!("Invalid image name {image:?}: invalid reference format")));
    }
    if args.on("tty") && !args.on("stdin") {
        return Err(args.wrong_usage("-i/--stdin is required for containers with -t/--tty=true"));
    }
    if args.on("expose") && args.get("port").is_none_or(str::is_empty) {
        return usage("--port must be set when exposing a service");
    }
    if !matches!(restart, "" | "Always" | "OnFailure" | "Never") {
        return usage(&format!("invalid restart policy: {restart}"));
    }
    if args.on("rm") && !attached {
        return usage("--rm should only be used for attached containers");
    }
    if attached && call.dry_run().is_some() {
        return usage("--dry-run=[server|client] can't be used with attached containers options (--attach, --stdin, or --tty)");
    }
    match args.get("image-pull-policy").unwrap_or_default() {
        "" | "Always" | "IfNotPresent" | "Never" => Ok(()),
        other => usage(&format!("invalid image pull policy: {other}")),
    }
}

/// The service first, then the pod; in YAML kubectl parts the two twice.
fn both(call: &mut Call, pod: Value, service: Option<Value>) -> Answer {
    if let Some(service) = service {
        generate::send(call, Kind::Service, service, "created", "")?;
        if call.args.get("output") == Some("yaml") {
            call.voice.say("---\n---");
        }
    }
    generate::send(call, Kind::Pod, pod, "created", "")
}

/// Upstream: generateService.
fn service(call: &Call, name: &str, pod: &Value) -> Result<Value, Failure> {
    let port = port(call)?;
    let mut meta = json!({"name": name});
    if call.args.get("labels").is_some() {
        meta["labels"] = pod["metadata"]["labels"].clone();
    }
    if call.args.get("namespace").is_some() {
        meta["namespace"] = call.namespace().into();
    }
    let ports = json!([{"port": port, "protocol": "TCP", "targetPort": port}]);
    Ok(json!({"apiVersion": "v1", "kind": "Service", "metadata": meta, "spec": {"ports": ports, "selector": pod["metadata"]["labels"]}}))
}

fn port(call: &Call) -> Result<Option<i64>, Failure> {
    let wrong = |text: &str| Failure::error(format!("strconv.Atoi: parsing {text:?}: invalid syntax"));
    let given = call.args.get("port").filter(|text| !text.is_empty());
    given.map(|text| text.parse().map_err(|_| wrong(text))).transpose()
}

/// Upstream: BasicPod.Generate.
fn pod(call: &Call, name: &str, image: &str, command: &[String]) -> Result<Value, Failure> {
    let labels = labels(call, name)?;
    let restart = call.args.get("restart").filter(|policy| !policy.is_empty()).unwrap_or("Always");
    let mut meta = json!({"name": name, "labels": labels});
    let annotations = annotations(call)?;
    if !annotations.is_empty() {
        meta["annotations"] = annotations.into();
    }
    if call.args.get("namespace").is_some() {
        meta["namespace"] = call.namespace().into();
    }
    let mut pod = json!({"apiVersion": "v1", "kind": "Pod", "metadata": meta,
        "spec": {"containers": [container(call, name, image, command)?], "dnsPolicy": "ClusterFirst", "restartPolicy": restart}});
    if let Some(text) = call.args.get("overrides") {
        let change: Value = serde_json::from_str(text).map_err(|_| Failure::error("Invalid JSON Patch"))?;
        crate::api::patch::merge(&mut pod, &change);
    }
    Ok(pod)
}

fn container(call: &Call, name: &str, image: &str, command: &[String]) -> Result<Value, Failure> {
    let mut container = json!({"name": name, "image": image});
    if !command.is_empty() {
        container[if call.args.on("command") { "command" } else { "args" }] = json!(command);
    }
    if let Some(port) = port(call)? {
        container["ports"] = json!([{"containerPort": port}]);
    }
    if let Some(policy) = call.args.get("image-pull-policy").filter(|policy| !policy.is_empty()) {
        container["imagePullPolicy"] = policy.into();
    }
    let env: Vec<Value> = call.args.all("env").map(variable).collect::<Result<_, _>>()?;
    if !env.is_empty() {
        container["env"] = json!(env);
    }
    for (flag, field) in [("stdin", "stdin"), ("tty", "tty"), ("stdin", "stdinOnce")] {
        if call.args.on(flag) {
            container[field] = true.into();
        }
    }
    if call.args.on("privileged") {
        container["securityContext"] = json!({"privileged": true});
    }
    Ok(container)
}

/// Upstream: parseEnvs.
fn variable(text: &str) -> Result<Value, Failure> {
    let is_name = |name: &str| {
        let fits = |c: char| c.is_ascii_alphanumeric() || "-._".contains(c);
        !name.is_empty() && name.chars().all(fits) && !name.starts_with(|c: char| c.is_ascii_digit())
    };
    let pair = text.split_once('=').filter(|(name, _)| is_name(name));
    let (name, value) = pair.ok_or_else(|| Failure::error(format!("invalid env: {text}")))?;
    Ok(json!({"name": name, "value": value}))
}

/// The labels of `-l`, or `run=NAME`. Upstream: ParseLabels.
fn labels(call: &Call, name: &str) -> Result<Map<String, Value>, Failure> {
    let mut labels = Map::new();
    for text in call.args.get("labels").unwrap_or_default().split(',').filter(|text| !text.is_empty()) {
        match text.split('=').collect::<Vec<_>>().as_slice() {
            ["", _] => return Err(Failure::error("unexpected empty label key")),
            [key, value] => labels.insert((*key).to_owned(), (*value).into()),
            _ => return Err(Failure::error(format!("unexpected label spec: {text}"))),
        };
    }
    if labels.is_empty() {
        labels.insert("run".to_owned(), name.into());
    }
    Ok(labels)
}

fn annotations(call: &Call) -> Result<Map<String, Value>, Failure> {
    let pair = |text: &str| {
        let wrong = || Failure::error(format!("invalid annotations format: {text}"));
        let (key, value) = text.split_once('=').filter(|(key, _)| !key.is_empty()).ok_or_else(wrong)?;
        Ok((key.to_owned(), value.into()))
    };
    call.args.all("annotations").map(pair).collect()
}

#[cfg(test)]
mod tests {
    use crate::shell::tests::said;

    /// Upstream: kubectl/pkg/cmd/run/run.go; told by kubectl itself where it asks no server.
    #[test]
    fn flags_that_do_not_fit() {
        let usage = "\nSee 'kubectl run -h' for help and examples\n";
        for (flags, wanted) in [
            ("", "error: required flag(s) \"image\" not set\n".to_owned()),
            ("p --image=x --restart=Foo", format!("error: invalid restart policy: Foo{usage}")),
            ("p --image=x --image-pull-policy=Foo", format!("error: invalid image pull policy: Foo{usage}")),
            ("p --image='a b'", "error: Invalid image name \"a b\": invalid reference format\n".to_owned()),
            ("p --image=x --port=y", "error: strconv.Atoi: parsing \"y\": invalid syntax\n".to_owned()),
            ("p --image=x --expose", format!("error: --port must be set when exposing a service{usage}")),
            ("p --image=x --env=abc", "error: invalid env: abc\n".to_owned()),
            ("p --image=x --env=1a=2", "error: invalid env: 1a=2\n".to_owned()),
            ("p --image=x --labels=abc", "error: unexpected label spec: abc\n".to_owned()),
            ("p --image=x --labels==b", "error: unexpected empty label key\n".to_owned()),
            ("p --image=x --annotations=a", "error: invalid annotations format: a\n".to_owned()),
            ("p --image=x --tty", format!("error: -i/--stdin is required for containers with -t/--tty=true{usage}")),
            ("p --image=x --overrides='{\"a\"'", "error: Invalid JSON Patch\n".to_owned()),
        ] {
            assert_eq!(said(&[&format!("kubectl run {flags}")]), wanted, "{flags}");
        }
    }

    #[test]
    fn an_exposed_pod_has_a_service() {
        assert_eq!(said(&["kubectl run q --image=nginx --expose --port=80"]), "service/q created\npod/q created\n");
        let shown = said(&["kubectl run q --image=nginx --expose --port=80 --dry-run=client -o yaml"]);
        let wanted = "apiVersion: v1\nkind: Service\nmetadata:\n  name: q\nspec:\n  ports:\n  - port: 80\n    protocol: TCP\n    \
                      targetPort: 80\n  selector:\n    run: q\nstatus:\n  loadBalancer: {}\n---\n---\napiVersion: v1\nkind: Pod\n";
        assert!(shown.starts_with(wanted), "{shown}");
    }
}
