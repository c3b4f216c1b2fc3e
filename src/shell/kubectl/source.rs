//! Where manifests come from: what `-f` names, as kubectl walks through it. Upstream: cli-runtime/pkg/resource/builder.go.

use super::Call;
use crate::api::File;
use crate::shell::files::{MANIFESTS, is_url};
use crate::shell::voice::Failure;

/// A text with manifests in it.
pub struct Source {
    /// `STDIN`, or the file's path.
    pub name: String,
    /// The text, or why there is none.
    pub text: Result<String, Failure>,
}

/// All texts that `-f` names, in order. A path that does not exist is refused before anything is done with the others; a
/// file that cannot be read stops nothing but itself.
pub fn all(call: &Call) -> Result<Vec<Source>, Failure> {
    if call.args.get("kustomize").is_some() {
        return Err(Failure::error("podyard reads no kustomizations: give the manifests with -f"));
    }
    let names: Vec<&str> = call.args.all("filename").flat_map(|list| list.split(',')).filter(|name| !name.is_empty()).collect();
    if names.is_empty() {
        return Err(Failure::error("must specify one of -f and -k"));
    }
    if names.iter().filter(|name| **name == "-").count() > 1 {
        return Err(Failure::error("standard input cannot be used for multiple arguments"));
    }
    let (mut sources, mut missing) = (Vec::new(), Vec::new());
    for name in names {
        match at(call, name) {
            Ok(found) => sources.extend(found),
            Err(why) => missing.push(why),
        }
    }
    if missing.is_empty() { Ok(sources) } else { Err(Failure::several(missing.into_iter().map(Failure::error).collect())) }
}

fn at(call: &Call, name: &str) -> Result<Vec<Source>, String> {
    match name {
        "-" | "/dev/stdin" => return Ok(vec![standard(call)]),
        "/dev/null" => return Ok(vec![Source { name: name.to_owned(), text: Ok(String::new()) }]),
        _ if is_url(name) => {
            return Err(format!("unable to read URL {name:?}: podyard has no network; save the manifest in a file and give that with -f"));
        }
        _ => {}
    }
    match call.given.files.get(name) {
        None => Err(format!("the path {name:?} does not exist")),
        Some(File::Folder(files)) if files.is_empty() => {
            Err(format!("error reading [{name}]: recognized file extensions are [{}]", MANIFESTS.join(" ")))
        }
        Some(File::Folder(files)) => Ok(files.iter().map(|file| read(call, file)).collect()),
        Some(File::Text(_) | File::Refused(_)) => Ok(vec![read(call, name)]),
    }
}

fn standard(call: &Call) -> Source {
    let missing = || Failure::error("no objects on standard input: give the manifest as a here document");
    Source { name: "STDIN".to_owned(), text: call.given.stdin.clone().ok_or_else(missing) }
}

fn read(call: &Call, name: &str) -> Source {
    let text = call.given.files.text(name).map(str::to_owned);
    Source { name: name.to_owned(), text: text.map_err(Failure::error) }
}
