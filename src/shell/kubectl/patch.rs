//! `kubectl patch`.

use super::{Answer, Call, apply, manifest, print, target};
use crate::api::object::Object;
use crate::api::{Refusal, gate, yaml};
use crate::shell::flags::{Flag, value};
use crate::shell::requests::{self, NONSENSE, Part, Patch, Verb, Written};
use crate::shell::voice::Failure;
use crate::sim::World;
use serde_json::Value;

/// Flags of its own.
pub const FLAGS: &[Flag] = &[value("patch", 'p'), value("patch-file", '-'), value("type", '-'), value("subresource", '-')];

/// Patches each object.
pub fn run(call: &mut Call) -> Answer {
    if call.args.get("patch").is_some() && call.args.get("patch-file").is_some() {
        return Err(Failure::error("cannot specify --patch and --patch-file together"));
    }
    let text = text(call)?;
    let kind = call.args.get("type").unwrap_or("strategic").to_ascii_lowercase();
    let (_, how) = *TYPES
        .iter()
        .find(|(name, _)| *name == kind)
        .ok_or_else(|| Failure::error(format!("--type must be one of [json merge strategic], not {kind:?}")))?;
    let part = part(call)?;
    let words = target::words(call)?;
    if words.is_empty() {
        return Err(Failure::error("resource(s) were provided, but no name was specified"));
    }
    for object in target::objects(call, &words)? {
        match call.act(|world| send(world, &object, how, &text, part)) {
            Ok(written) => {
                let what = if written.object == object { "patched (no change)" } else { "patched" };
                // Upstream overwrites what a dry run would have added.
                match part {
                    Part::Whole | Part::Status => call.done_plainly(&written.object, what),
                    Part::Scale => call.answered("scale.autoscaling", &written.object, &requests::scale_of(&written.object), what),
                }
                call.voice.warnings(written.warnings);
            }
            Err(refusal) => call.voice.fail(refusal),
        }
    }
    Ok(None)
}

/// Words of `--type`.
const TYPES: [(&str, Patch); 3] = [("json", Patch::Json), ("merge", Patch::Merge), ("strategic", Patch::Strategic)];

fn part(call: &Call) -> Result<Part, Failure> {
    match call.args.get("subresource").unwrap_or_default() {
        "" => Ok(Part::Whole),
        "status" => Ok(Part::Status),
        "scale" => Ok(Part::Scale),
        other => Err(Failure::error(format!("invalid subresource value: {other:?}. Must be one of [resize scale status]"))),
    }
}

fn send(world: &mut World, object: &Object, how: Patch, text: &str, part: Part) -> Result<Written, Refusal> {
    let change = parse(text).map_err(|why| if how == Patch::Json { requests::senseless(NONSENSE) } else { Refusal::bad_request(why) })?;
    if part != Part::Whole {
        return requests::serve(world, Verb::Patch(how, change), object.kind(), &object.key(), part);
    }
    let mut after = requests::after(object, how, &change)?;
    let mut warnings = left_out(object, how, &change, &mut after)?;
    let written = requests::replace(world, object, after)?;
    warnings.extend(written.warnings);
    Ok(Written { warnings, ..written })
}

/// kubectl does not ask for strict validation of a patch: what does not exist is left out with a warning. Upstream:
/// smpPatcher and jsonPatcher in apiserver/pkg/endpoints/handlers/patch.go.
fn left_out(object: &Object, how: Patch, change: &Value, after: &mut Value) -> Result<Vec<String>, Refusal> {
    let kind = object.kind();
    let Err(error) = gate::check(&kind.api_version(), kind.name(), after) else { return Ok(Vec::new()) };
    if error.wrong.is_some() {
        let (sent, why) = match how {
            Patch::Strategic => (print::plain(&apply::spent(change)), error.of_patch()),
            Patch::Merge | Patch::Json => (after.to_string(), error.reason()),
        };
        return Err(requests::senseless(format!("patch: Invalid value: {sent:?}: {why}")));
    }
    error.unknown.iter().for_each(|path| manifest::remove(after, path));
    Ok(error.unknown.iter().map(|path| format!("unknown field {path:?}")).collect())
}

fn text(call: &Call) -> Result<String, Failure> {
    if let Some(text) = call.args.get("patch") {
        return Ok(text.to_owned());
    }
    let name = call
        .args
        .get("patch-file")
        .ok_or_else(|| Failure::error("must specify --patch or --patch-file containing the contents of the patch"))?;
    if name == "-" {
        return Ok(call.given.stdin.clone().unwrap_or_default());
    }
    call.given.files.text(name).map(str::to_owned).map_err(|why| Failure::error(format!("unable to read patch file: {why}")))
}

/// A patch is JSON where it looks like it, YAML otherwise; errors are Go's.
fn parse(text: &str) -> Result<Value, String> {
    if text.trim_start().starts_with(['{', '[']) {
        return serde_json::from_str(text).map_err(|error| in_go(text, &error));
    }
    let mut documents = yaml::documents(text);
    match (documents.len(), documents.pop()) {
        (1, Some(document)) => document.value.map_err(|problem| problem.message),
        _ => Err("unable to parse the patch: one document is expected".to_owned()),
    }
}

/// What Go's JSON decoder says of the same mistake.
fn in_go(text: &str, error: &serde_json::Error) -> String {
    if error.is_eof() {
        return "unexpected end of JSON input".to_owned();
    }
    let line = text.lines().nth(error.line().saturating_sub(1)).unwrap_or_default();
    let found = line.chars().nth(error.column().saturating_sub(1)).unwrap_or(' ');
    let words = error.to_string();
    let place = [
        ("key must be a string", "looking for beginning of object key string"),
        ("expected `:`", "after object key"),
        ("expected `,` or `}`", "after object key:value pair"),
        ("expected `,` or `]`", "after array element"),
        ("trailing characters", "after top-level value"),
        ("trailing comma", "looking for beginning of object key string"),
    ];
    let place = place.iter().find(|(ours, _)| words.starts_with(ours)).map_or("looking for beginning of value", |(_, go)| go);
    format!("invalid character {found:?} {place}")
}

#[cfg(test)]
mod tests {
    use super::parse;
    use crate::shell::tests::said;

    /// Upstream: smpPatcher; fieldValidation is Warn where nothing is asked for.
    #[test]
    fn what_a_patch_may_not_say() {
        let made = "kubectl create deployment w --image=x";
        let told = |patch: &str| said(&[made, &format!("kubectl patch deploy w -p '{patch}'")]);
        assert_eq!(told("{\"spec\":{\"nope\":1}}"), "deployment.apps/w patched (no change)\nWarning: unknown field \"spec.nope\"\n");
        let head = "The request is invalid: patch: Invalid value: ";
        assert_eq!(told("{\"spec\":{\"replicas\":\"x\"}}"), format!("{head}\"map[spec:map[replicas:x]]\": unrecognized type: int32\n"));
        let number = "{\"metadata\":{\"labels\":{\"a\":1}}}";
        assert_eq!(told(number), format!("{head}\"map[metadata:map[labels:map[a:1]]]\": cannot convert int64 to string\n"));
    }

    #[test]
    fn mistakes_in_gos_words() {
        let wrong = |text| parse(text).unwrap_err();
        assert_eq!(wrong("{spec:{replicas:2}}"), "invalid character 's' looking for beginning of object key string");
        assert_eq!(wrong("{\"a\": x}"), "invalid character 'x' looking for beginning of value");
        assert_eq!(wrong("{\"a\": 1"), "unexpected end of JSON input");
        assert!(parse("spec:\n  replicas: 2").is_ok());
    }
}
