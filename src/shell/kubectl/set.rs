//! `kubectl set image`.

use super::{Answer, Call, target};
use crate::api::object::Object;
use crate::shell::requests;
use crate::shell::voice::Failure;
use serde_json::Value;

/// Sets images of containers.
pub fn run(call: &mut Call) -> Answer {
    match call.shift().as_deref() {
        Some("image") => image(call),
        Some(other) => Err(Failure::error(format!("podyard knows kubectl set image, not kubectl set {other}"))),
        None => Err(Failure::error("usage: kubectl set image TYPE NAME CONTAINER=IMAGE...")),
    }
}

fn image(call: &mut Call) -> Answer {
    let words = call.args.words.clone();
    let (targets, settings) = words.split_at(target::settings_from(&words));
    if targets.is_empty() {
        return Err(Failure::error("one or more resources must be specified as <resource> <name> or <resource>/<name>"));
    }
    if settings.is_empty() {
        return Err(Failure::error("at least one image update is required"));
    }
    let wrong = |text: &String| Failure::error(format!("all resources must be specified before image changes: {text}"));
    let pairs: Result<Vec<(&str, &str)>, Failure> = settings.iter().map(|s| s.split_once('=').ok_or_else(|| wrong(s))).collect();
    let pairs = pairs?;
    for object in target::objects(call, targets)? {
        if let Err(failure) = one(call, &object, &pairs) {
            call.voice.fail(failure);
        }
    }
    Ok(None)
}

fn one(call: &mut Call, object: &Object, pairs: &[(&str, &str)]) -> Result<(), Failure> {
    let mut after = object.to_value();
    let in_template = after.pointer("/spec/template/spec/containers").is_some();
    let pointer = if in_template { "/spec/template/spec" } else { "/spec" };
    let spec = after.pointer_mut(pointer).filter(|spec| spec["containers"].is_array());
    let spec = spec.ok_or_else(|| Failure::error(format!("{} has no containers", object.kind().singular())))?;
    for (name, image) in pairs {
        if !set_image(spec, name, image) {
            return Err(Failure::error(format!("unable to find container named {name:?}")));
        }
    }
    if after == object.to_value() {
        return Ok(());
    }
    let written = call.act(|world| requests::replace(world, object, after))?;
    call.done(&written.object, "image updated");
    Ok(())
}

/// Sets the image of one container, or of all for `*`; false where there is none of that name.
fn set_image(spec: &mut Value, name: &str, image: &str) -> bool {
    let mut found = false;
    for field in ["containers", "initContainers"] {
        for container in spec.get_mut(field).and_then(Value::as_array_mut).into_iter().flatten() {
            if name == "*" || container["name"] == name {
                container["image"] = image.into();
                found = true;
            }
        }
    }
    found
}
