//! Which files a line names, so that whoever may read files can hand their texts over with it. The shell itself never
//! looks at a disk.

use super::flags::Args;
use super::{kubectl, line};

/// A path that a line names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Named {
    /// The path, or a pattern such as `*.yaml`, as it was typed.
    pub path: String,
    /// What to read where it is a folder.
    pub folder: Folder,
}

/// What is read of a folder.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Folder {
    /// Nothing.
    Nothing,
    /// The files of [`MANIFESTS`] in it, and with `recursive` those of the folders in it.
    Manifests {
        /// `-R`.
        recursive: bool,
    },
    /// Every file in it, but none of the folders in it.
    Entries,
}

/// How the names of manifests end. Upstream: FileExtensions in cli-runtime/pkg/resource/builder.go.
pub const MANIFESTS: [&str; 3] = [".json", ".yaml", ".yml"];

/// The files that a line names, each once, in the order of the line.
pub fn named(line: &str) -> Vec<Named> {
    let stages = line::stages(line).unwrap_or_default();
    let Some((verb, rest)) = stages.first().and_then(|words| words.split_first()) else { return Vec::new() };
    let args = if matches!(verb.as_str(), "kubectl" | "k") { kubectl::read(rest) } else { None };
    let mut found: Vec<Named> = Vec::new();
    for named in args.iter().flat_map(of) {
        if !found.contains(&named) {
            found.push(named);
        }
    }
    found
}

fn of(args: &Args) -> Vec<Named> {
    let recursive = args.on("recursive");
    let manifests = args.all("filename").flat_map(|list| list.split(',')).map(|path| (path, Folder::Manifests { recursive }));
    let sources = args.all("from-file").map(|text| (text.split_once('=').map_or(text, |(_, path)| path), Folder::Entries));
    let plain = args.all("patch-file").chain(args.all("from-env-file")).chain(args.get("output").and_then(template));
    let all = manifests.chain(sources).chain(plain.map(|path| (path, Folder::Nothing)));
    all.filter(|(path, _)| is_path(path)).map(|(path, folder)| Named { path: path.to_owned(), folder }).collect()
}

/// The file of `-o jsonpath-file=FILE`.
fn template(format: &str) -> Option<&str> {
    format.split_once("-file=").map(|(_, path)| path)
}

fn is_path(path: &str) -> bool {
    !path.is_empty() && !matches!(path, "-" | "/dev/stdin" | "/dev/null") && !is_url(path)
}

/// True for what would have to be fetched.
pub fn is_url(path: &str) -> bool {
    path.starts_with("http://") || path.starts_with("https://")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_of_lines() {
        for (line, wanted) in [
            ("kubectl apply -f a.yaml,b.yaml --filename=c -f a.yaml", &["a.yaml", "b.yaml", "c"][..]),
            ("k create cm c --from-file=k=x.txt --from-file y --from-env-file=z", &["x.txt", "y", "z"]),
            ("kubectl patch po x --patch-file 'a b'", &["a b"]),
            ("kubectl get po -o custom-columns-file=c.txt | grep x", &["c.txt"]),
            ("kubectl -n x delete -f a -R", &["a"]),
            ("kubectl apply -f - -f https://k8s.io/x.yaml -f /dev/stdin", &[]),
            ("kubectl get po -f", &[]),
            ("curl -f x", &[]),
            ("", &[]),
        ] {
            let found = named(line);
            assert_eq!(found.iter().map(|named| named.path.as_str()).collect::<Vec<_>>(), wanted, "{line}");
        }
        assert_eq!(named("kubectl delete -f a -R")[0].folder, Folder::Manifests { recursive: true });
    }
}
