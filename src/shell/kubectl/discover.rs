//! What the server is and offers: `api-resources`, `version`, `cluster-info`, `auth can-i`; and what is not offered here.

use super::{Answer, Call};
use crate::api::object::{KINDS, Kind, KindInfo};
use crate::api::table;
use crate::shell::flags::{Flag, switch, value};
use crate::shell::voice::Failure;
use serde_json::json;
use std::collections::BTreeSet;

/// Flags of `api-resources`.
pub const FLAGS: &[Flag] =
    &[value("api-group", '-'), switch("namespaced", '-'), switch("no-headers", '-'), value("sort-by", '-'), value("verbs", '-')];

const VERSION: &str = "v1.36.2";
const KUSTOMIZE: &str = "v5.8.1";

const COLUMNS: &[&str] = &["NAME", "SHORTNAMES", "APIVERSION", "NAMESPACED", "KIND", "VERBS", "CATEGORIES"];

/// What can be done with a kind; namespaces are not deleted many at a time.
fn verbs(kind: Kind) -> Vec<&'static str> {
    let all = ["create", "delete", "deletecollection", "get", "list", "patch", "update", "watch"];
    all.into_iter().filter(|verb| kind != Kind::Namespace || *verb != "deletecollection").collect()
}

/// `kubectl api-resources`: the kinds that podyard knows.
pub fn resources(call: &mut Call) -> Answer {
    no_words(call)?;
    if let Some(format) = call.args.get("output").filter(|format| !matches!(*format, "" | "name" | "wide")) {
        return Err(Failure::error(format!("--output {format} is not available")));
    }
    if !matches!(call.args.get("sort-by").unwrap_or_default(), "" | "name" | "kind") {
        return Err(Failure::error("--sort-by accepts only name or kind"));
    }
    let group = call.args.get("api-group");
    let namespaced = call.args.get("namespaced").map(|text| text != "false");
    let asked: Vec<&str> = call.args.get("verbs").into_iter().flat_map(|list| list.split(',')).collect();
    let wanted = |k: &&KindInfo| {
        let here = group.is_none_or(|g| k.group == g) && namespaced.is_none_or(|n| k.namespaced == n);
        here && asked.iter().all(|verb| verbs(k.kind).contains(verb))
    };
    let mut kinds: Vec<&KindInfo> = KINDS.iter().filter(wanted).collect();
    kinds.sort_by_key(|k| (k.group, k.plural));
    match call.args.get("sort-by") {
        Some("name") => kinds.sort_by_key(|k| k.plural),
        Some("kind") => kinds.sort_by_key(|k| k.name),
        _ => {}
    }
    if call.args.get("output") == Some("name") {
        kinds.iter().for_each(|k| call.voice.say(k.kind.resource()));
        return Ok(None);
    }
    let columns = if call.args.get("output") == Some("wide") { COLUMNS } else { &COLUMNS[..5] };
    let row = |k: &&KindInfo| {
        let (short, categories) = (k.aliases[1..].join(","), if k.in_all { "all" } else { "" });
        let mut row = vec![k.plural.to_owned(), short, k.kind.api_version(), k.namespaced.to_string(), k.name.to_owned()];
        row.extend([verbs(k.kind).join(","), categories.to_owned()]);
        row.truncate(columns.len());
        row
    };
    let rows: Vec<Vec<String>> = kinds.iter().map(row).collect();
    let text = table::write(columns, &rows, !call.args.on("no-headers"));
    call.voice.out.push_str(&text);
    Ok(None)
}

fn no_words(call: &Call) -> Result<(), Failure> {
    let words = &call.args.words;
    if words.is_empty() { Ok(()) } else { Err(call.args.wrong_usage(&format!("unexpected arguments: [{}]", words.join(" ")))) }
}

/// `kubectl api-versions`.
pub fn versions(call: &mut Call) -> Answer {
    no_words(call)?;
    let all: BTreeSet<String> = KINDS.iter().map(|k| k.kind.api_version()).collect();
    all.iter().for_each(|version| call.voice.say(version));
    Ok(None)
}

/// `kubectl version`.
pub fn version(call: &mut Call) -> Answer {
    if !call.args.words.is_empty() {
        return Err(Failure::error(format!("extra arguments: [{}]", call.args.words.join(" "))));
    }
    if !matches!(call.args.get("output").unwrap_or_default(), "" | "json" | "yaml") {
        return Err(Failure::error("--output must be 'yaml' or 'json'"));
    }
    if let Some("json" | "yaml") = call.args.get("output") {
        let version = json!({"gitVersion": VERSION, "major": "1", "minor": "36"});
        let mut all = json!({"clientVersion": version, "kustomizeVersion": KUSTOMIZE});
        if !call.args.on("client") {
            all["serverVersion"] = version;
        }
        call.show(&all);
        return Ok(None);
    }
    call.voice.say(format!("Client Version: {VERSION}\nKustomize Version: {KUSTOMIZE}"));
    if !call.args.on("client") {
        call.voice.say(format!("Server Version: {VERSION}"));
    }
    Ok(None)
}

/// `kubectl cluster-info`.
pub fn cluster(call: &mut Call) -> Answer {
    if call.args.words.first().is_some_and(|word| word == "dump") {
        return Err(Failure::error("podyard dumps nothing: kubectl get all -A -o yaml prints what is stored"));
    }
    call.voice.say("Kubernetes control plane is running at https://127.0.0.1:6443");
    call.voice.say("\nTo further debug and diagnose cluster problems, use 'kubectl cluster-info dump'.");
    Ok(None)
}

/// `kubectl auth can-i`: nobody is kept from anything here.
pub fn auth(call: &mut Call) -> Answer {
    match call.args.words.first().map(String::as_str) {
        Some("can-i") if call.args.on("list") => {
            let rows = [["*.*", "[]", "[]", "[*]"], ["", "[*]", "[]", "[*]"]].map(|row| row.map(str::to_owned).to_vec());
            let names = ["Resources", "Non-Resource URLs", "Resource Names", "Verbs"];
            call.voice.out.push_str(&table::write(&names, &rows, !call.args.on("no-headers")));
            Ok(None)
        }
        Some("can-i") if call.args.words.len() != 3 => {
            Err(call.args.wrong_usage("you must specify two arguments: verb resource or verb resource/resourceName."))
        }
        Some("can-i") if call.args.on("quiet") => Ok(None),
        Some("can-i") => {
            call.voice.say("yes");
            Ok(None)
        }
        _ => Err(Failure::error("podyard knows kubectl auth can-i VERB TYPE")),
    }
}

/// `kubectl autoscale` is refused: nothing here uses cpu.
pub fn autoscale(_call: &mut Call) -> Answer {
    Err(Failure::error("podyard has no autoscaler, because nothing here uses cpu; kubectl scale --replicas=COUNT sets a size"))
}
