//! kubectl's JSONPath templates: `{.items[*].metadata.name}`, `{range .items[*]}…{end}`, filters, slices.
//!
//! Follows staging/src/k8s.io/client-go/util/jsonpath, with missing keys allowed as kubectl allows them.

mod eval;
mod parse;

use std::borrow::Cow;

use serde_json::Value;

use eval::Patience;
use parse::Piece;

/// Nobody reads more than this, in bytes.
const LONGEST: usize = 256 << 20;

/// Fills a template; text outside braces stays as it is, so `.metadata.name` without braces prints itself.
///
/// Several results are joined by a space, maps and lists print as compact JSON. Errors are kubectl's, without the
/// leading `error: ` and without the dump of the object that follows there.
pub fn render(template: &str, value: &Value) -> Result<String, String> {
    if template.is_empty() {
        return Err("template format specified but no template given".to_string());
    }
    let pieces = parse::template(template).map_err(|e| format!("error parsing jsonpath {template}, {e}"))?;
    let mut out = String::new();
    pour(&pieces, value, &mut Patience::with(value), &mut out)
        .map_err(|e| format!("error executing jsonpath {template:?}: Error executing template: {e}."))?;
    Ok(out)
}

/// The values at a path, for custom columns, `--sort-by` and `wait --for=jsonpath`.
///
/// Braces and the leading dot may be missing, as kubectl relaxes them there. A missing key finds nothing.
pub fn find<'a>(path: &str, value: &'a Value) -> Result<Vec<&'a Value>, String> {
    let template = relaxed(path)?;
    let pieces = parse::template(&template)?;
    let (mut found, mut patience) = (Vec::new(), Patience::with(value));
    for piece in &pieces {
        if let Piece::Path(steps) = piece {
            found.extend(eval::walk(steps, value, &mut patience)?);
        }
    }
    let borrowed = |value| match value {
        Cow::Borrowed(value) => Some(value),
        Cow::Owned(_) => None,
    };
    Ok(found.into_iter().filter_map(borrowed).collect())
}

fn relaxed(path: &str) -> Result<String, String> {
    let bare = path.strip_prefix('{').and_then(|rest| rest.strip_suffix('}')).unwrap_or(path);
    if bare.is_empty() || bare.contains(['{', '}']) {
        let forms = "'name1.name2' or '.name1.name2' or '{name1.name2}' or '{.name1.name2}'";
        return Err(format!("unexpected path string, expected a {forms}"));
    }
    let dot = if bare.starts_with(['.', '[', '$', '@']) { "" } else { "." };
    Ok(format!("{{{dot}{bare}}}"))
}

fn pour(pieces: &[Piece], value: &Value, patience: &mut Patience, out: &mut String) -> Result<(), String> {
    for piece in pieces {
        match piece {
            Piece::Text(text) => out.push_str(text),
            Piece::Path(steps) => {
                for (place, found) in eval::walk(steps, value, patience)?.iter().enumerate() {
                    out.push_str(if place > 0 { " " } else { "" });
                    out.push_str(&text(found));
                    if out.len() > LONGEST {
                        return Err(format!("more than {} MiB of text", LONGEST >> 20));
                    }
                }
            }
            Piece::Range(steps, body) => {
                for found in eval::walk(steps, value, patience)? {
                    pour(body, &found, patience, out)?;
                }
            }
            Piece::StrayEnd => return Err("not in range, nothing to end".to_string()),
        }
    }
    Ok(())
}

/// A result as text: Go's JSON escapes `<`, `>` and `&` within maps and lists.
fn text(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Array(_) | Value::Object(_) => value.to_string().replace('<', "\\u003c").replace('>', "\\u003e").replace('&', "\\u0026"),
        Value::Null | Value::Bool(_) | Value::Number(_) => value.to_string(),
    }
}

#[cfg(test)]
mod tests;
