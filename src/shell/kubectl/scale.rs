//! `kubectl scale`.

use super::{Answer, Call, delete, target};
use crate::api::object::Object;
use crate::shell::flags::{Flag, value};
use crate::shell::requests;
use crate::shell::voice::Failure;

/// Flags of its own.
pub const FLAGS: &[Flag] = &[value("replicas", '-'), value("current-replicas", '-'), value("resource-version", '-')];

/// Sets how many replicas a set has.
pub fn run(call: &mut Call) -> Answer {
    if call.args.get("replicas").is_none() {
        return Err(Failure::error("required flag(s) \"replicas\" not set"));
    }
    let replicas = call
        .args
        .number("replicas")?
        .filter(|n| *n >= 0)
        .ok_or_else(|| Failure::error("The --replicas=COUNT flag is required, and COUNT must be greater than or equal to 0"))?;
    let words = target::words(call)?;
    if words.is_empty() {
        return Err(Failure::error(delete::NOTHING_ASKED));
    }
    let wanted = target::wanted(call, &words)?;
    if wanted.names.is_none() && call.args.get("selector").is_none() && !call.args.on("all") {
        return Err(Failure::error("resource(s) were provided, but no name was specified"));
    }
    let expected = call.args.number("current-replicas")?.filter(|n| *n >= 0);
    let found = wanted.find(call.world);
    if found.objects.is_empty() && found.missing.is_empty() {
        return Err(Failure::error("no objects passed to scale"));
    }
    for object in found.objects {
        if let Err(failure) = one(call, &object, replicas, expected) {
            call.voice.fail(failure);
        }
    }
    found.missing.into_iter().for_each(|refusal| call.voice.fail(refusal));
    Ok(None)
}

fn one(call: &mut Call, object: &Object, replicas: i64, expected: Option<i64>) -> Result<(), Failure> {
    let kind = object.kind();
    if !requests::is_scalable(kind) {
        return Err(Failure::plain("Error from server (NotFound): the server could not find the requested resource"));
    }
    let now = object.to_value()["spec"]["replicas"].as_i64().unwrap_or(0);
    if let Some(expected) = expected.filter(|expected| *expected != now) {
        return Err(Failure::error(format!("Expected replicas to be {expected}, was {now}")));
    }
    let revision = object.meta().resource_version.0.to_string();
    if let Some(expected) = call.args.get("resource-version").filter(|expected| !expected.is_empty() && *expected != revision) {
        return Err(Failure::error(format!("Expected resource version to be {expected}, was {revision}")));
    }
    let written = call.act(|world| requests::scale(world, object, replicas))?;
    call.done(&written.object, "scaled");
    call.voice.warnings(written.warnings);
    Ok(())
}
