//! What the published types look like, found out by reading values that fit nowhere: what was expected instead is the
//! type. So `kubectl explain` needs no copy of the schema.

use super::source::Fault;
use super::{Reader, reader};
use crate::api::object::Kind;
use serde_json::{Value, json};

/// What stands at a path of a kind.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shape {
    /// As kubectl writes it: `string`, `integer`, `[]Container`, `map[string]string`, `StatefulSetSpec`.
    pub text: String,
    /// The struct's name, that of the items where it is a list of them; empty for anything else.
    pub name: String,
    /// Its fields.
    pub fields: &'static [&'static str],
}

/// How a value is wrapped, from the outside in.
#[derive(Clone, Copy)]
enum Nest {
    List,
    Map,
}

/// The shape at a path of field names; `None` where there is no such field, or the kind has no published type here.
pub fn shape(kind: Kind, path: &[&str]) -> Option<Shape> {
    let reader = reader(&kind.api_version(), kind.name())?;
    let mut nests: Vec<Vec<Nest>> = vec![Vec::new()];
    let mut found = look(reader, &[], &mut nests)?;
    for end in 1..=path.len() {
        nests.push(Vec::new());
        found = look(reader, &path[..end], &mut nests)?;
    }
    Some(found)
}

/// Finds out what stands at the end of a path, and notes how it is wrapped.
fn look(reader: Reader, path: &[&str], nests: &mut [Vec<Nest>]) -> Option<Shape> {
    let mut prefix = String::new();
    loop {
        let (unknown, fault) = reader(&built(path, nests, json!(true)));
        let nest = match fault.as_ref().map(expected) {
            _ if !unknown.is_empty() => return None,
            None => return Some(plain(prefix + untold(reader, path, nests))),
            Some("a sequence") => Nest::List,
            Some("a map") => Nest::Map,
            Some(other) => return Some(told(prefix, other, fault.as_ref().map_or(&[][..], |fault| fault.fields))),
        };
        prefix.push_str(match nest {
            Nest::List => "[]",
            Nest::Map => "map[string]",
        });
        nests.last_mut()?.push(nest);
    }
}

fn expected(fault: &Fault) -> &str {
    fault.words.rsplit_once("expected ").map_or("", |(_, expected)| expected)
}

fn plain(text: String) -> Shape {
    Shape { text, name: String::new(), fields: &[] }
}

/// Words of readers in Rust, and those of the published schema.
const TYPES: [(&str, &str); 7] = [
    ("i32", "integer"),
    ("i64", "integer"),
    ("f64", "number"),
    ("a string", "string"),
    ("a byte string", "string"),
    ("byte string", "string"),
    ("a timestamp string", "string"),
];

fn told(prefix: String, expected: &str, fields: &'static [&'static str]) -> Shape {
    match TYPES.iter().find(|(rust, _)| *rust == expected) {
        Some((_, text)) => plain(prefix + text),
        None => Shape { text: prefix + expected, name: expected.to_owned(), fields },
    }
}

/// Where `true` is welcome: a flag, or anything at all.
fn untold(reader: Reader, path: &[&str], nests: &[Vec<Nest>]) -> &'static str {
    match reader(&built(path, nests, json!(1))).1 {
        Some(_) => "boolean",
        None => "Object",
    }
}

/// An object with a value at the end of a path.
fn built(path: &[&str], nests: &[Vec<Nest>], value: Value) -> Value {
    let mut value = value;
    for (i, wraps) in nests.iter().enumerate().rev() {
        for nest in wraps.iter().rev() {
            value = match nest {
                Nest::List => json!([value]),
                Nest::Map => json!({ "k": value }),
            };
        }
        if i > 0 {
            value = json!({ path[i - 1]: value });
        }
    }
    value
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(path: &[&str]) -> Option<String> {
        shape(Kind::StatefulSet, path).map(|shape| shape.text)
    }

    /// Upstream: api/openapi-spec/v3/apis__apps__v1_openapi.json.
    #[test]
    fn shapes_of_fields() {
        for (path, wanted) in [
            (&[][..], "StatefulSet"),
            (&["metadata"], "ObjectMeta"),
            (&["metadata", "labels"], "map[string]string"),
            (&["metadata", "creationTimestamp"], "string"),
            (&["spec", "replicas"], "integer"),
            (&["spec", "volumeClaimTemplates"], "[]PersistentVolumeClaim"),
            (&["spec", "template", "spec", "containers"], "[]Container"),
            (&["spec", "template", "spec", "containers", "resources", "limits"], "map[string]Quantity"),
            (&["spec", "template", "spec", "containers", "tty"], "boolean"),
            (&["spec", "template", "spec", "containers", "args"], "[]string"),
            (&["spec", "template", "spec", "containers", "readinessProbe", "httpGet", "port"], "IntOrString"),
        ] {
            assert_eq!(text(path).as_deref(), Some(wanted), "{path:?}");
        }
        assert_eq!(text(&["spec", "nope"]), None);
        assert!(shape(Kind::StatefulSet, &["spec"]).unwrap().fields.contains(&"serviceName"));
        assert_eq!(shape(Kind::ControllerRevision, &["data"]).unwrap().text, "Object");
    }
}
