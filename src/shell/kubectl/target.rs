//! Which objects a command means: types, names, selectors. Upstream: cli-runtime/pkg/resource.Builder.

use super::{Call, manifest};
use crate::api::fields::{self, Field};
use crate::api::object::{KINDS, Kind, Object};
use crate::api::validate::OLD_ENDPOINTS;
use crate::api::{Key, Refusal, Selector, selector_text};
use crate::shell::voice::Failure;
use crate::sim::World;

/// What was asked for.
#[derive(Clone, Debug)]
pub struct Wanted {
    /// Kinds in the order asked for.
    pub kinds: Vec<Kind>,
    /// Objects by name; `None` where a whole kind, or what a selector matches, is meant.
    pub names: Option<Vec<(Kind, Key)>>,
    selector: Selector,
    fields: Vec<Field>,
    namespace: Option<String>,
}

/// What was found, and what was not.
#[derive(Clone, Debug, Default)]
pub struct Found {
    /// Objects in the order asked for, or in etcd's.
    pub objects: Vec<Object>,
    /// Names that lead nowhere.
    pub missing: Vec<Refusal>,
}

const SLASHES: &str = "there is no need to specify a resource type as a separate argument when passing arguments in resource/name form \
                       (e.g. 'kubectl get resource/<resource_name>' instead of 'kubectl get resource resource/<resource_name>'";

/// Reads the words of a command as types and names; selectors come from its flags.
pub fn wanted(call: &mut Call, words: &[String]) -> Result<Wanted, Failure> {
    let namespace = (!call.args.on("all-namespaces")).then(|| call.namespace().to_owned());
    let (kinds, names) = named(words, call.namespace())?;
    if kinds.contains(&Kind::Endpoints) {
        call.voice.warnings(vec![OLD_ENDPOINTS.to_owned()]);
    }
    let selector = call.args.get("selector").unwrap_or_default();
    let fields = call.args.get("field-selector").unwrap_or_default();
    if names.is_some() && !(selector.is_empty() && fields.is_empty()) {
        return Err(Failure::error("name cannot be provided when a selector is specified"));
    }
    if names.is_some() && call.args.on("all-namespaces") {
        return Err(Failure::error("a resource cannot be retrieved by name across all namespaces"));
    }
    let refuse = |why: String| unmatched(kinds[0], selector, fields, &why);
    let parsed = selector_text::parse(selector).map_err(refuse)?;
    let conditions = fields::parse(fields).map_err(refuse)?;
    for kind in &kinds {
        fields::check(*kind, &conditions).map_err(|why| unmatched(*kind, selector, fields, &why))?;
    }
    Ok(Wanted { kinds, names, selector: parsed, fields: conditions, namespace })
}

fn unmatched(kind: Kind, selector: &str, fields: &str, why: &str) -> Failure {
    let (version, plural) = (kind.api_version(), kind.info().plural);
    let group = if version.contains('/') { version } else { format!("/{version}") };
    let what = format!("{:?} that match label selector {selector:?}, field selector {fields:?}", format!("{group}, Resource={plural}"));
    Failure::plain(format!("Error from server (BadRequest): Unable to find {what}: {why}"))
}

/// The kind that a word names, or kubectl's complaint.
pub fn kind(word: &str) -> Result<Kind, Failure> {
    let resource = word.split('.').next().unwrap_or(word);
    Kind::by_resource(word).ok_or_else(|| Failure::error(format!("the server doesn't have a resource type {resource:?}")))
}

/// The same where kubectl passes on what the server says.
pub fn kind_plainly(word: &str) -> Result<Kind, Failure> {
    kind(word).map_err(|failure| Failure::plain(failure.text.trim_start_matches("error: ")))
}

fn kinds(word: &str) -> Result<Vec<Kind>, Failure> {
    let mut all = Vec::new();
    for part in word.split(',') {
        match part {
            "all" => all.extend(KINDS.iter().filter(|k| k.in_all).map(|k| k.kind)),
            _ => all.push(kind(part)?),
        }
    }
    Ok(all)
}

type Named = (Vec<Kind>, Option<Vec<(Kind, Key)>>);

fn named(words: &[String], namespace: &str) -> Result<Named, Failure> {
    let Some((first, rest)) = words.split_first() else {
        return Err(Failure::error("You must provide one or more resources by argument or filename."));
    };
    if first.contains('/') {
        let pairs: Result<Vec<(Kind, Key)>, Failure> = words.iter().map(|word| pair(word, namespace)).collect();
        let pairs = pairs?;
        let mut kinds: Vec<Kind> = Vec::new();
        pairs.iter().for_each(|(kind, _)| {
            if !kinds.contains(kind) {
                kinds.push(*kind)
            }
        });
        return Ok((kinds, Some(pairs)));
    }
    if words.iter().any(|word| word.contains('/')) {
        return Err(Failure::error(SLASHES));
    }
    let kinds = kinds(first)?;
    let pairs = kinds.iter().flat_map(|kind| rest.iter().map(|name| (*kind, key(*kind, name, namespace)))).collect();
    Ok((kinds, (!rest.is_empty()).then_some(pairs)))
}

fn pair(word: &str, namespace: &str) -> Result<(Kind, Key), Failure> {
    let parts: Vec<&str> = word.split('/').collect();
    let [resource, name] = parts.as_slice() else {
        return Err(Failure::error(if parts.len() > 2 {
            "arguments in resource/name form may not have more than one slash".to_owned()
        } else {
            SLASHES.to_owned()
        }));
    };
    if resource.is_empty() || name.is_empty() {
        return Err(Failure::error("arguments in resource/name form must have a single resource and name"));
    }
    let kind = kind(resource)?;
    Ok((kind, key(kind, name, namespace)))
}

/// The key of a name, whether or not its kind has namespaces.
pub fn key(kind: Kind, name: &str, namespace: &str) -> Key {
    if kind.info().namespaced { Key::new(namespace, name) } else { Key::cluster(name) }
}

impl Wanted {
    /// The objects as they now stand.
    pub fn find(&self, world: &World) -> Found {
        let mut found = Found::default();
        match &self.names {
            Some(names) => {
                for (kind, key) in names {
                    match world.object(*kind, key) {
                        Some(object) => found.objects.push(object.clone()),
                        None => found.missing.push(Refusal::not_found(*kind, &key.name)),
                    }
                }
            }
            None => found.objects = self.kinds.iter().flat_map(|kind| world.objects(*kind)).filter(|o| self.fits(o)).cloned().collect(),
        }
        found
    }
    /// True where the selectors take an object.
    pub fn fits(&self, object: &Object) -> bool {
        let here = self.namespace.as_ref().is_none_or(|n| !object.kind().info().namespaced || **n == *object.meta().namespace);
        here && self.selector.matches(&object.meta().labels) && fields::matches(object, &self.fields)
    }
    /// True where an object is one of those meant.
    pub fn includes(&self, object: &Object) -> bool {
        match &self.names {
            Some(names) => names.iter().any(|(kind, key)| *kind == object.kind() && *key == object.key()),
            None => self.kinds.contains(&object.kind()) && self.fits(object),
        }
    }
}

/// True where a selector or `--all` says which objects are meant.
pub fn picks(call: &Call) -> bool {
    ["selector", "field-selector"].iter().any(|flag| call.args.get(flag).is_some()) || call.args.on("all")
}

/// The words that name objects: those typed, or those of the files of `-f`.
pub fn words(call: &mut Call) -> Result<Vec<String>, Failure> {
    match call.args.get("filename") {
        Some(_) => manifest::names(call),
        None => Ok(call.args.words.clone()),
    }
}

/// The objects that a command changes: named, selected, or all with `--all`; says so where there are none.
pub fn objects(call: &mut Call, words: &[String]) -> Result<Vec<Object>, Failure> {
    if wanted(call, words)?.names.is_none() && !picks(call) {
        return Err(Failure::error("resource(s) were provided, but no name was specified"));
    }
    all(call, words)
}

/// The same where a kind alone means all of it.
pub fn all(call: &mut Call, words: &[String]) -> Result<Vec<Object>, Failure> {
    let wanted = wanted(call, words)?;
    let found = wanted.find(call.world);
    if found.objects.is_empty() && found.missing.is_empty() {
        call.voice.warn("No resources found");
    }
    found.missing.into_iter().for_each(|refusal| call.voice.fail(refusal));
    Ok(found.objects)
}

/// Objects by name alone, where the flags that usually select mean something else.
pub fn by_name(call: &Call, words: &[String]) -> Result<Found, Failure> {
    let (kinds, names) = named(words, call.namespace())?;
    let names = names.ok_or_else(|| Failure::error("resource(s) were provided, but no name was specified"))?;
    let (selector, fields) = (Selector::default(), Vec::new());
    Ok(Wanted { kinds, names: Some(names), selector, fields, namespace: None }.find(call.world))
}

/// Where words stop being types and names and become `KEY=VALUE` or `KEY-`.
pub fn settings_from(words: &[String]) -> usize {
    let is_setting = |word: &String| word.contains('=') || word.ends_with('-');
    words.iter().position(is_setting).unwrap_or(words.len())
}
