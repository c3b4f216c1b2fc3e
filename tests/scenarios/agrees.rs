//! As much of JSON Schema as the schema of scenarios uses.

use serde_json::Value;

/// Where a value disagrees with a schema.
pub fn complaints(schema: &Value, value: &Value) -> Vec<String> {
    let mut found = Vec::new();
    look(schema, schema, value, "", &mut found);
    found
}

fn look(root: &Value, schema: &Value, value: &Value, at: &str, found: &mut Vec<String>) {
    if let Some(path) = schema["$ref"].as_str() {
        let target = root.pointer(path.trim_start_matches('#')).unwrap_or_else(|| panic!("{path} leads nowhere"));
        look(root, target, value, at, found);
    }
    for word in ["anyOf", "oneOf"] {
        if let Some(list) = schema[word].as_array() {
            let fits = |one: &&Value| {
                let mut inner = Vec::new();
                look(root, one, value, at, &mut inner);
                inner.is_empty()
            };
            if !list.iter().any(|one| fits(&one)) {
                found.push(format!("{at}: fits none of {word}"));
            }
        }
    }
    if let Some(wanted) = schema.get("const").filter(|wanted| *wanted != value) {
        found.push(format!("{at}: is not {wanted}"));
    }
    if let Some(list) = schema["enum"].as_array().filter(|list| !list.contains(value)) {
        found.push(format!("{at}: is none of {list:?}"));
    }
    if let Some(kind) = schema.get("type").filter(|kind| !is_a(kind, value)) {
        found.push(format!("{at}: is no {kind}"));
    }
    object(root, schema, value, at, found);
    for (i, item) in value.as_array().into_iter().flatten().enumerate() {
        if let Some(schema) = schema.get("items") {
            look(root, schema, item, &format!("{at}/{i}"), found);
        }
    }
}

fn object(root: &Value, schema: &Value, value: &Value, at: &str, found: &mut Vec<String>) {
    let Some(fields) = value.as_object() else { return };
    for name in schema["required"].as_array().into_iter().flatten().filter_map(Value::as_str) {
        if !fields.contains_key(name) {
            found.push(format!("{at}: lacks {name}"));
        }
    }
    for (name, field) in fields {
        match (schema["properties"].get(name), &schema["additionalProperties"]) {
            (Some(schema), _) => look(root, schema, field, &format!("{at}/{name}"), found),
            (None, Value::Bool(false)) => found.push(format!("{at}: knows no {name}")),
            (None, Value::Object(_)) => look(root, &schema["additionalProperties"], field, &format!("{at}/{name}"), found),
            (None, _) => {}
        }
    }
}

fn is_a(kind: &Value, value: &Value) -> bool {
    let one = |kind: &str| match kind {
        "object" => value.is_object(),
        "array" => value.is_array(),
        "string" => value.is_string(),
        "integer" => value.is_i64() || value.is_u64(),
        "number" => value.is_number(),
        "boolean" => value.is_boolean(),
        "null" => value.is_null(),
        _ => false,
    };
    kind.as_str().map_or_else(|| kind.as_array().into_iter().flatten().filter_map(Value::as_str).any(one), one)
}
