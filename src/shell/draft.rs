//! An object as a text to edit, and what becomes of the text: for `kubectl edit` and for any editor that stands in for it.
//! Upstream: kubectl/pkg/cmd/util/editor.

use super::requests::{self, Written};
use crate::api::object::Object;
use crate::api::{Key, Kind, Reason, Refusal, patch, yaml};
use crate::sim::World;
use serde_json::Value;

const HEADER: &str = "# Please edit the object below. Lines beginning with a '#' will be ignored,\n# and an empty file will abort the edit. \
                      If an error occurs while saving this file will be\n# reopened with the relevant failures.\n#\n";

/// What came of a saved text.
#[derive(Clone, Debug)]
pub enum Saved {
    /// The object was changed.
    Edited(Written),
    /// Nothing was, for the reason in kubectl's words.
    Cancelled(&'static str),
    /// The text is to be edited again: it now tells what is wrong with it. The last words are for standard error.
    Reopened(String, String),
}

/// The text to begin with: a note on how to go on, then the object.
pub fn begin(object: &Object) -> String {
    format!("{HEADER}{}", yaml::print(&object.to_value()))
}

/// Takes a saved text for an object that was `before`; what others changed in the meantime stays as they changed it.
pub fn save(world: &mut World, before: &Object, text: &str) -> Saved {
    let body = text.lines().filter(|line| !line.trim_start().starts_with('#')).collect::<Vec<_>>().join("\n");
    if body.trim().is_empty() {
        return Saved::Cancelled("Edit cancelled, saved file was empty.");
    }
    let edited = match yaml::documents(&body).pop().map(|document| document.value) {
        Some(Ok(edited)) => edited,
        Some(Err(problem)) => return again(&body, &format!("The edited file had a syntax error: {}", problem.message), &[], String::new()),
        None => return Saved::Cancelled("Edit cancelled, saved file was empty."),
    };
    let old = before.to_value();
    if edited == old {
        return Saved::Cancelled("Edit cancelled, no changes made.");
    }
    let named = |value: &Value| [value["apiVersion"].clone(), value["kind"].clone(), value["metadata"]["name"].clone()];
    if named(&edited) != named(&old) {
        let why = "At least one of apiVersion, kind and name was changed";
        return again(&body, why, &[], format!("error: {why}"));
    }
    match send(world, before, &patch::three_way(&old, &edited, &old)) {
        Ok(written) => Saved::Edited(written),
        Err(refusal) => refused(&body, before.kind(), &before.key(), &refusal),
    }
}

/// Sends the difference alone, to the object as it stands by now.
fn send(world: &mut World, before: &Object, change: &Value) -> Result<Written, Refusal> {
    let (kind, key) = (before.kind(), before.key());
    let live = world.object(kind, &key).cloned().ok_or_else(|| Refusal::not_found(kind, &key.name))?;
    requests::patch(world, &live, requests::Patch::Strategic, change, false)
}

fn refused(body: &str, kind: Kind, key: &Key, refusal: &Refusal) -> Saved {
    let named = format!("{} {:?}", kind.resource(), &*key.name);
    match refusal.reason {
        Reason::Invalid => {
            let causes: Vec<String> = refusal.fields.iter().map(|field| field.text()).collect();
            again(body, &format!("{named} was not valid"), &causes, format!("error: {named} is invalid"))
        }
        Reason::NotFound => {
            let head = format!("{named} could not be found on the server");
            again(body, &head, &[], format!("error: {head}"))
        }
        _ => {
            let head = format!("{named} could not be patched: {}", refusal.message);
            again(body, &head, &[], format!("error: {head}"))
        }
    }
}

/// The text once more, under what is wrong with it.
fn again(body: &str, head: &str, causes: &[String], error: String) -> Saved {
    let commented = |text: &str| text.replace('\n', "\n# ");
    let colon = if causes.is_empty() { "" } else { ":" };
    let causes: String = causes.iter().map(|cause| format!("# * {}\n", commented(cause))).collect();
    let error = if error.is_empty() { format!("error: {head}") } else { error };
    Saved::Reopened(format!("{HEADER}# {}{colon}\n{causes}#\n{}\n", commented(head), body.trim_end()), error)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sim::Options;

    fn node(world: &World) -> Object {
        world.objects(Kind::Node).next().unwrap().clone()
    }

    /// Upstream: kubectl/pkg/cmd/edit/testdata.
    #[test]
    fn a_saved_text_changes_what_was_changed_in_it() {
        let mut world = World::new(Options::default());
        let node_1 = node(&world);
        let text = begin(&node_1);
        assert!(text.starts_with("# Please edit the object below.") && text.contains("\nkind: Node\n"), "{text}");
        assert!(matches!(save(&mut world, &node_1, &text), Saved::Cancelled("Edit cancelled, no changes made.")));
        assert!(matches!(save(&mut world, &node_1, "# all\n\n# gone"), Saved::Cancelled("Edit cancelled, saved file was empty.")));
        let edited = text.replace("spec:\n", "spec:\n  unschedulable: true\n");
        let Saved::Edited(written) = save(&mut world, &node_1, &edited) else { panic!("{edited}") };
        assert_eq!(written.object.to_value()["spec"]["unschedulable"], Value::Bool(true));
    }

    #[test]
    fn a_text_that_is_refused_comes_back_with_what_is_wrong() {
        let mut world = World::new(Options::default());
        let node_1 = node(&world);
        let wrong = begin(&node_1).replace("  labels:\n", "  labels:\n    a: not valid\n");
        let Saved::Reopened(text, error) = save(&mut world, &node_1, &wrong) else { panic!("{wrong}") };
        assert_eq!(error, "error: nodes \"node-1\" is invalid");
        assert!(text.contains("#\n# nodes \"node-1\" was not valid:\n# * metadata.labels: Invalid value: \"not valid\""), "{text}");
        assert!(text.contains("\napiVersion: v1\n"), "{text}");
    }
}
