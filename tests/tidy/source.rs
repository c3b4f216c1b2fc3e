//! Sources as the rules see them: with comments, literals and tests taken out.

use std::path::Path;

/// A source file.
#[derive(Clone, Debug)]
pub struct Source {
    /// Its path from the root of the crate.
    pub path: String,
    /// Its text.
    pub text: String,
}

/// A file of the crate.
pub fn read(path: &str) -> Source {
    let text = std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(path)).unwrap();
    Source { path: path.to_owned(), text }
}

/// Every source file below these folders, by path.
pub fn all(folders: &[&str]) -> Vec<Source> {
    let mut found = Vec::new();
    folders.iter().for_each(|folder| collect(folder, &mut found));
    found.sort();
    found.iter().map(|path| read(path)).collect()
}

fn collect(folder: &str, found: &mut Vec<String>) {
    let Ok(entries) = std::fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join(folder)) else { return };
    for entry in entries {
        let entry = entry.unwrap();
        let path = format!("{folder}/{}", entry.file_name().to_str().unwrap());
        if entry.file_type().unwrap().is_dir() {
            collect(&path, found);
        } else if path.ends_with(".rs") {
            found.push(path);
        }
    }
}

impl Source {
    /// True for a file of nothing but tests.
    pub fn is_test(&self) -> bool {
        !self.path.starts_with("src/") || self.path.ends_with("/tests.rs") || self.path.contains("/tests/")
    }
    /// The module path below the crate: `["sim", "world"]`.
    pub fn module(&self) -> Vec<&str> {
        self.path.trim_start_matches("src/").trim_end_matches(".rs").split('/').collect()
    }
    /// The text without comments and literals.
    pub fn bare(&self) -> String {
        let (mut out, mut rest) = (String::new(), self.text.as_str());
        while let Some(first) = rest.chars().next() {
            let within_word = out.ends_with(|c: char| c.is_alphanumeric() || c == '_');
            let len = match comment(rest).or_else(|| literal(rest, within_word)) {
                Some(len) => {
                    out.extend(rest[..len].chars().filter(|c| *c == '\n'));
                    len
                }
                None => {
                    out.push(first);
                    first.len_utf8()
                }
            };
            rest = &rest[len..];
        }
        out
    }
    /// What is compiled into the program: no comments, literals or tests.
    pub fn code(&self) -> String {
        if self.is_test() {
            return String::new();
        }
        let mut code = self.bare();
        while let Some(start) = code.find("#[cfg(test)]\nmod ") {
            let body = code[start..].find(['{', ';']).map_or(code.len(), |i| start + i);
            let end = if code[body..].starts_with('{') { code[body..].find("\n}").map_or(code.len(), |i| body + i + 2) } else { body };
            code.replace_range(start..end, "");
        }
        code
    }
}

fn comment(rest: &str) -> Option<usize> {
    if rest.starts_with("//") {
        return Some(rest.find('\n').unwrap_or(rest.len()));
    }
    rest.starts_with("/*").then(|| rest.find("*/").map_or(rest.len(), |i| i + 2))
}

fn literal(rest: &str, within_word: bool) -> Option<usize> {
    if let Some(quoted) = ["'\"'", "'\\\"'", "'\\''", "'\\\\'"].iter().find(|c| rest.starts_with(**c)) {
        return Some(quoted.len());
    }
    if rest.starts_with('r') && !within_word {
        let hashes = rest[1..].bytes().take_while(|b| *b == b'#').count();
        let close = format!("\"{}", "#".repeat(hashes));
        let body = rest[1 + hashes..].strip_prefix('"')?;
        return Some(2 + hashes + body.find(&close).map_or(body.len(), |i| i + close.len()));
    }
    let body = rest.strip_prefix('"')?;
    let mut escaped = false;
    let end = body.bytes().position(|b| {
        let closes = b == b'"' && !escaped;
        escaped = b == b'\\' && !escaped;
        closes
    });
    Some(end.map_or(rest.len(), |i| i + 2))
}

/// True where a word or path stands in code, not as a part of a longer one.
pub fn mentions(code: &str, word: &str) -> bool {
    let part = |c: char| c.is_alphanumeric() || c == '_';
    code.match_indices(word).any(|(at, _)| {
        let open = word.ends_with(|c: char| !part(c));
        !code[..at].ends_with(part) && (open || !code[at + word.len()..].starts_with(part))
    })
}

#[test]
fn comments_literals_and_tests_are_no_code() {
    let text = "use a; // use b\nlet s = \"use \\\"c\\\"\"; let r = r#\"use \"d\" \"#; let q = '\"'; use e;\n\
                #[cfg(test)]\nmod tests {\n    use f;\n}\nuse g;\n#[cfg(test)]\nmod more;\nuse h;\n";
    let code = Source { path: "src/sim/x.rs".into(), text: text.into() }.code();
    let words: Vec<&str> = ["a", "b", "c", "d", "e", "f", "g", "h"].into_iter().filter(|w| mentions(&code, w)).collect();
    assert_eq!(words, ["a", "e", "g", "h"]);
}

#[test]
fn words_are_whole() {
    assert!(mentions("use std::time::Instant;", "std::time") && mentions("println!(", "println!"));
    assert!(!mentions("eprintln!(", "println!") && !mentions("let instant = operand;", "rand") && !mentions("f64x", "f64"));
}
