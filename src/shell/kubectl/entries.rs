//! Keys and values of ConfigMaps and Secrets that are made of words: `--from-literal`, `--from-file`, `--from-env-file`.
//! Upstream: kubectl/pkg/cmd/create/create_configmap.go and kubectl/pkg/cmd/util/env_file.go.

use super::Call;
use crate::api::File;
use crate::shell::flags::{Flag, value};
use crate::shell::voice::Failure;
use serde_json::{Map, Value};

/// Flags that give keys and values.
pub const FLAGS: &[Flag] = &[value("from-literal", '-'), value("from-file", '-'), value("from-env-file", '-')];

const KEY: &str = "a valid config key must consist of alphanumeric characters, '-', '_' or '.' (e.g. 'key.name',  or 'KEY_NAME',  or \
                   'key-name', regex used for validation is '[-._a-zA-Z0-9]+')";
const VARIABLE: &str = "a valid environment variable name must consist of alphabetic characters, digits, '_', '-', or '.', and must not \
                        start with a digit (e.g. 'my.env-name',  or 'MY_ENV.NAME',  or 'MyEnvName1', regex used for validation is \
                        '[-._a-zA-Z][-._a-zA-Z0-9]*')";

/// All that the flags give; kind and name stand in complaints.
pub fn read(call: &Call, kind: &str, name: &str) -> Result<Map<String, Value>, Failure> {
    let has = |flag| call.args.get(flag).is_some();
    if has("from-env-file") && (has("from-file") || has("from-literal")) {
        return Err(Failure::error("from-env-file cannot be combined with from-file or from-literal"));
    }
    let mut data = Data { kind, name, map: Map::new() };
    for text in call.args.all("from-literal") {
        let wrong = || Failure::error(format!("invalid literal source {text}, expected key=value"));
        let (key, value) = text.split_once('=').filter(|(key, _)| !key.is_empty()).ok_or_else(wrong)?;
        data.add(key, value.trim_matches(['"', '\'']))?;
    }
    for text in call.args.all("from-file") {
        from_file(call, text, &mut data)?;
    }
    for path in call.args.all("from-env-file") {
        from_variables(opened(call, path)?, &mut data)?;
    }
    Ok(data.map)
}

struct Data<'a> {
    kind: &'a str,
    name: &'a str,
    map: Map<String, Value>,
}

impl Data<'_> {
    fn add(&mut self, key: &str, value: &str) -> Result<(), Failure> {
        if key.is_empty() || !key.chars().all(fits) {
            return Err(Failure::error(format!("{key:?} is not a valid key name for a {}: {KEY}", self.kind)));
        }
        match self.map.insert(key.to_owned(), value.into()) {
            None => Ok(()),
            Some(_) => {
                let holder = format!("{} {:?}", self.kind, self.name);
                Err(Failure::error(format!("cannot add key {key:?}, another key by that name already exists in Data for {holder}")))
            }
        }
    }
}

fn fits(c: char) -> bool {
    c.is_ascii_alphanumeric() || "-._".contains(c)
}

/// `PATH`, `KEY=PATH`, or a folder, of which every file is taken whose name can be a key.
fn from_file(call: &Call, text: &str, data: &mut Data) -> Result<(), Failure> {
    let last = |path: &str| path.rsplit('/').next().unwrap_or_default().to_owned();
    let (key, path) = match text.split_once('=') {
        None => (None, text),
        Some((_, path)) if path.contains('=') => return Err(Failure::error("key names or file paths cannot contain '='")),
        Some(("", path)) => return Err(Failure::error(format!("key name for file path {path} missing"))),
        Some((key, "")) => return Err(Failure::error(format!("file path for key name {key} missing"))),
        Some((key, path)) => (Some(key.to_owned()), path),
    };
    match (call.given.files.get(path), key) {
        (Some(File::Folder(_)), Some(_)) => Err(Failure::error("cannot give a key name for a directory path")),
        (Some(File::Folder(files)), None) => {
            let mut keyed = files.iter().map(|file| (last(file), file)).filter(|(key, _)| key.chars().all(fits));
            keyed.try_for_each(|(key, file)| data.add(&key, opened(call, file)?))
        }
        (_, key) => data.add(&key.unwrap_or_else(|| last(path)), opened(call, path)?),
    }
}

fn opened<'a>(call: &Call<'a>, path: &str) -> Result<&'a str, Failure> {
    match call.given.files.get(path) {
        None => Err(Failure::error(format!("error reading {path}: no such file or directory"))),
        Some(_) => call.given.files.text(path).map_err(Failure::error),
    }
}

/// Lines `NAME=VALUE`; blank ones and comments are left out, and a name alone is a variable that nobody has set here.
fn from_variables(text: &str, data: &mut Data) -> Result<(), Failure> {
    for line in text.lines().map(str::trim_start).filter(|line| !line.is_empty() && !line.starts_with('#')) {
        let Some((name, value)) = line.split_once('=') else { continue };
        if name.is_empty() || name.starts_with(|c: char| c.is_ascii_digit()) || !name.chars().all(fits) {
            return Err(Failure::error(format!("{name:?} is not a valid key name: {VARIABLE}")));
        }
        data.add(name, value)?;
    }
    Ok(())
}
