//! `--raw PATH`: a path of the API asked as it is, and the answer's body as it comes. Upstream: kubectl/pkg/rawhttp.

use super::source;
use super::{Answer, Call, target};
use crate::api::object::{Kind, Object};
use crate::api::{Key, Refusal, yaml};
use crate::shell::requests::{self, Part, Verb};
use crate::shell::voice::Failure;
use crate::sim::DeleteOptions;
use serde_json::{Value, json};

/// What a path is about.
struct Place {
    kind: Kind,
    /// Its name is blank for a collection; its namespace too for all of them.
    key: Key,
    part: String,
}

/// Where nothing is served.
pub fn missing_path() -> Failure {
    Failure::plain("Error from server (NotFound): the server could not find the requested resource")
}

fn place(path: &str) -> Result<Place, Failure> {
    let path = path.split('?').next().unwrap_or(path);
    let parts: Vec<&str> = path.trim_matches('/').split('/').collect();
    let rest = match parts.as_slice() {
        ["api", "v1", rest @ ..] | ["apis", _, "v1", rest @ ..] => rest,
        _ => return Err(missing_path()),
    };
    let (namespace, rest) = match rest {
        ["namespaces", namespace, rest @ ..] if !rest.is_empty() && !matches!(rest, ["finalize" | "status"]) => (*namespace, rest),
        rest => ("", rest),
    };
    let (plural, name, part) = match rest {
        [plural] => (*plural, "", ""),
        [plural, name] => (*plural, *name, ""),
        [plural, name, part] => (*plural, *name, *part),
        _ => return Err(missing_path()),
    };
    let kind = Kind::by_resource(plural).filter(|kind| kind.info().plural == plural).ok_or_else(missing_path)?;
    let key = if name.is_empty() { Key::new(namespace, "") } else { target::key(kind, name, namespace) };
    Ok(Place { kind, key, part: part.to_owned() })
}

/// `kubectl get --raw`: objects and lists of them, and what says that all is well.
pub fn get(call: &mut Call, path: &str) -> Answer {
    if matches!(path.split('?').next(), Some("/healthz" | "/livez" | "/readyz")) {
        call.voice.out.push_str("ok");
        return Ok(None);
    }
    let at = place(path)?;
    let value = if at.key.name.is_empty() {
        list(call, at.kind, &at.key.namespace)
    } else {
        let object = call.world.object(at.kind, &at.key).ok_or_else(|| Refusal::not_found(at.kind, &at.key.name))?;
        let whole = object.to_value();
        match at.part.as_str() {
            "scale" if requests::is_scalable(at.kind) => requests::scale_of(object),
            "status" if whole.get("status").is_none() => return Err(missing_path()),
            "" | "status" => whole,
            _ => return Err(missing_path()),
        }
    };
    call.voice.say(value.to_string());
    Ok(None)
}

fn list(call: &Call, kind: Kind, namespace: &str) -> Value {
    let here = |object: &&Object| namespace.is_empty() || *object.meta().namespace == *namespace;
    let items: Vec<Value> = call.world.objects(kind).filter(here).map(Object::to_value).collect();
    let revision = call.world.store().revision().0.to_string();
    json!({"apiVersion": kind.api_version(), "kind": format!("{}List", kind.name()), "metadata": {"resourceVersion": revision}, "items": items})
}

/// `kubectl create --raw`: a new object, or the eviction of a pod.
pub fn post(call: &mut Call, path: &str) -> Answer {
    let (at, body) = (place(path)?, body(call)?);
    if (at.kind, at.part.as_str(), at.key.name.is_empty()) == (Kind::Pod, "eviction", false) {
        let grace = body["deleteOptions"]["gracePeriodSeconds"].as_i64();
        call.act(|world| requests::evict(world, &at.key, DeleteOptions { grace, ..DeleteOptions::default() }))?;
        call.voice
            .out
            .push_str(&json!({"kind": "Status", "apiVersion": "v1", "metadata": {}, "status": "Success", "code": 201}).to_string());
        return Ok(None);
    }
    if !at.key.name.is_empty() {
        return Err(missing_path());
    }
    send(call, &at, Verb::Create(body))
}

/// `kubectl replace --raw`: an object or its status.
pub fn put(call: &mut Call, path: &str) -> Answer {
    let (at, body) = (place(path)?, body(call)?);
    send(call, &at, Verb::Replace(body))
}

/// `kubectl delete --raw`: answers a pod, which is on its way out, and of others that they are gone.
pub fn delete(call: &mut Call, path: &str) -> Answer {
    let at = place(path)?;
    if !at.part.is_empty() {
        return Err(missing_path());
    }
    if at.kind == Kind::Pod {
        return send(call, &at, Verb::Delete(DeleteOptions::default()));
    }
    let gone = call.act(|world| requests::serve(world, Verb::Delete(DeleteOptions::default()), at.kind, &at.key, Part::Whole))?;
    let (meta, info) = (gone.object.meta(), at.kind.info());
    let mut details = json!({"name": &*meta.name, "kind": info.plural, "uid": meta.uid.to_string()});
    if !info.group.is_empty() {
        details["group"] = info.group.into();
    }
    let status = json!({"kind": "Status", "apiVersion": "v1", "metadata": {}, "status": "Success", "details": details});
    call.voice.out.push_str(&status.to_string());
    Ok(None)
}

fn send(call: &mut Call, at: &Place, verb: Verb) -> Answer {
    let part = match at.part.as_str() {
        "" => Part::Whole,
        "status" => Part::Status,
        "scale" if requests::is_scalable(at.kind) => Part::Scale,
        _ => return Err(missing_path()),
    };
    let written = call.act(|world| requests::serve(world, verb, at.kind, &at.key, part))?;
    let shown = if part == Part::Scale { requests::scale_of(&written.object) } else { written.object.to_value() };
    call.voice.out.push_str(&shown.to_string());
    Ok(None)
}

/// The one file that `-f` names, read as JSON or YAML.
fn body(call: &Call) -> Result<Value, Failure> {
    let one = || Failure::error("--raw can only use a single local file or stdin");
    let mut sources = source::all(call).map_err(|_| one())?;
    let text = sources.pop().filter(|_| sources.is_empty()).ok_or_else(one)?.text?;
    let mut documents = yaml::documents(&text);
    let document = documents.pop().filter(|_| documents.is_empty()).ok_or_else(one)?;
    document.value.map_err(|problem| Failure::error(problem.message))
}

#[cfg(test)]
mod tests {
    use crate::shell::{Turn, run};
    use crate::sim::{Options, World};

    /// Upstream: kubectl/pkg/rawhttp, whose errors are told as those of any request.
    #[test]
    fn paths_are_asked_as_they_are() {
        let mut world = World::new(Options::default());
        let mut say = |line: &str, stdin: Option<&str>| match run(&mut world, line, stdin) {
            Turn::Done(output) => (output.out, output.err),
            Turn::Waiting(_) => panic!("{line} waits"),
        };
        let maps = "/api/v1/namespaces/default/configmaps";
        let (made, _) =
            say(&format!("kubectl create --raw {maps} -f -"), Some("{\"metadata\": {\"name\": \"m\"}, \"data\": {\"a\": \"1\"}}"));
        assert!(made.contains("\"kind\":\"ConfigMap\"") && made.contains("\"a\":\"1\""), "{made}");
        let body = "{\"metadata\": {\"name\": \"m\"}, \"data\": {\"a\": \"2\"}}";
        assert!(say(&format!("kubectl replace --raw {maps}/m -f -"), Some(body)).0.contains("\"a\":\"2\""));
        let (gone, _) = say(&format!("kubectl delete --raw {maps}/m"), None);
        assert!(gone.contains("\"status\":\"Success\"") && gone.contains("\"kind\":\"configmaps\""), "{gone}");
        let missing = "Error from server (NotFound): configmaps \"m\" not found\n";
        assert_eq!(say(&format!("kubectl get --raw {maps}/m"), None).1, missing);
        let nowhere = "Error from server (NotFound): the server could not find the requested resource\n";
        assert_eq!(say("kubectl delete --raw /api/v1/nope/x", None).1, nowhere);
        say("kubectl create deployment d --image=nginx", None);
        let set = "/apis/apps/v1/namespaces/default/deployments/d";
        assert_eq!(say(&format!("kubectl delete --raw {set}/status"), None).1, nowhere);
        let scale =
            "{\"apiVersion\": \"autoscaling/v1\", \"kind\": \"Scale\", \"metadata\": {\"name\": \"d\"}, \"spec\": {\"replicas\": 3}}";
        let (scaled, _) = say(&format!("kubectl replace --raw {set}/scale -f -"), Some(scale));
        assert!(scaled.contains("\"kind\":\"Scale\"") && scaled.contains("\"replicas\":3"), "{scaled}");
        let eviction = "{\"apiVersion\": \"policy/v1\", \"kind\": \"Eviction\", \"metadata\": {\"name\": \"p\"}}";
        let (_, refused) = say("kubectl create --raw /api/v1/namespaces/default/pods/p/eviction -f -", Some(eviction));
        assert_eq!(refused, "Error from server (NotFound): pods \"p\" not found\n");
        let several = "error: --raw can only use a single local file or stdin\n";
        assert_eq!(say(&format!("kubectl create --raw {maps}"), None).1, several);
    }
}
