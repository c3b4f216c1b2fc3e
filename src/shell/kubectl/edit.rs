//! `kubectl edit`: there is no editor behind a line of text, so what an editor saved comes as its here document.

use super::{Answer, Call, target};
use crate::api::yaml;
use crate::shell::requests;
use crate::shell::voice::Failure;

const NO_EDITOR: &str = "there is no editor here: press e on the object in podyard's screen, give the edited manifest as a here document, or \
                         use kubectl patch, scale, set image";

/// Replaces an object by what was saved.
pub fn run(call: &mut Call) -> Answer {
    let words = call.args.words.clone();
    if words.is_empty() {
        return Err(Failure::error("must specify a resource to edit"));
    }
    let objects = target::objects(call, &words)?;
    let [object] = objects.as_slice() else {
        return if objects.is_empty() { Ok(None) } else { Err(Failure::error("podyard edits one object at a time")) };
    };
    let Some(text) = call.input.stdin else { return Err(Failure::error(NO_EDITOR)) };
    if text.lines().all(|line| line.trim().is_empty() || line.trim_start().starts_with('#')) {
        call.voice.warn("Edit cancelled, saved file was empty.");
        return Ok(None);
    }
    let mut documents = yaml::documents(text);
    let document = documents.pop().filter(|_| documents.is_empty()).ok_or_else(|| Failure::error("one document is expected"))?;
    let after = document.value.map_err(|problem| Failure::error(format!("The edited file had a syntax error: {}", problem.message)))?;
    if after == object.to_value() {
        call.voice.warn("Edit cancelled, no changes made.");
        return Ok(None);
    }
    let same = |field: &str| after["metadata"][field].as_str() == object.to_value()["metadata"][field].as_str();
    if !(same("name") && same("namespace")) {
        return Err(Failure::error("At least one of apiVersion, kind and name was changed"));
    }
    let written = call.act(|world| requests::replace(world, object, after))?;
    call.done(&written.object, "edited");
    call.voice.warnings(written.warnings);
    Ok(None)
}
