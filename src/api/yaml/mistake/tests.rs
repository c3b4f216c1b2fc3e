//! Mistakes in YAML, as they are shown.

use super::super::documents;

/// Text, what kubectl prints after `error converting YAML to JSON: `, the line to blame.
const TABLE: &[(&str, &str, usize)] = &[
    ("kind: List\napiVersion: v1\nitems:\n\t- apiVersion: v1\n", "yaml: line 4: found character that cannot start any token", 4),
    ("a: 1\nb:\n  c: hello\n\td: 2\n", "yaml: line 4: found a tab character that violates indentation", 4),
    ("a:\n  b:\n  c:\n\t- name: x\n", "yaml: line 4: found character that cannot start any token", 4),
    ("a: |\n  x\n\ty\nb: 1\n", "yaml: line 3: found a tab character where an indentation space is expected", 3),
    ("a: |\n\ty\nb: 1\n", "yaml: line 2: found a tab character where an indentation space is expected", 2),
    ("a: 1\nb: \"hello\nc: 2\n", "yaml: line 4: found unexpected end of stream", 2),
    ("a: 'hello\nc: 2\n", "yaml: line 3: found unexpected end of stream", 1),
    ("a: 1\nb: x\n  c: 1\n", "yaml: line 3: mapping values are not allowed in this context", 3),
    ("a: b: c\n", "yaml: mapping values are not allowed in this context", 1),
    ("a: 1\nb\nc: 2\n", "yaml: line 3: could not find expected ':'", 2),
    ("a: 1\nb: {c: 1\nd: 2\n", "yaml: line 2: did not find expected ',' or '}'", 3),
    ("a: 1\nb: {c: 1\n", "yaml: line 2: did not find expected ',' or '}'", 2),
    ("a: 1\nb: [c\nd: 2\n", "yaml: line 2: did not find expected ',' or ']'", 3),
    ("a: 1\nb: [c\n", "yaml: line 2: did not find expected ',' or ']'", 2),
    ("a: 1\nb: *nope\n", "yaml: unknown anchor 'nope' referenced", 2),
    ("a: 1\nname: {{ .Values.x }}\n", "yaml: invalid map key: map[interface {}]interface {}{\".Values.x\":interface {}(nil)}", 2),
    ("a:\n  b: 1\n c: 1\n", "yaml: line 2: did not find expected key", 3),
    ("- a\nb: 1\n", "yaml: line 1: did not find expected '-' indicator", 2),
    ("a: 1\n- b\n", "yaml: line 1: did not find expected key", 2),
    ("a: 1\nb: %x\n", "yaml: line 2: found character that cannot start any token", 2),
    ("a: @x\n", "yaml: found character that cannot start any token", 1),
    ("a: 1\nb: `x`\n", "yaml: line 2: found character that cannot start any token", 2),
    ("a: 1\nb: \"\\q\"\n", "yaml: line 2: found unknown escape character", 2),
    ("a: \u{1}x\n", "yaml: control characters are not allowed", 1),
    ("a: 1\nb: \u{1}x\n", "yaml: control characters are not allowed", 2),
    ("\ta: 1\n", "yaml: found character that cannot start any token", 1),
    ("a:\n  - b\n c\n", "yaml: line 2: did not find expected key", 3),
    ("a: [1, 2\n", "yaml: line 1: did not find expected ',' or ']'", 1),
    ("a: 1\n\n\tb: 2\n", "yaml: line 3: found a tab character that violates indentation", 3),
    ("a:\n- b: 1\n   c: 2\n", "yaml: line 3: mapping values are not allowed in this context", 3),
    ("a:\n- b: 1\n c: 2\n", "yaml: line 2: did not find expected key", 3),
];

#[test]
fn mistakes_are_told_in_kubectls_words() {
    for (text, message, line) in TABLE {
        let all = documents(text);
        let found = all[0].value.as_ref().unwrap_err();
        assert_eq!((found.message.as_str(), found.line), (*message, Some(*line)), "{text:?}");
        assert!(found.hint.is_some(), "{text:?}");
    }
}

#[test]
fn a_key_given_twice_is_named_with_its_line() {
    let all = documents("---\nmetadata:\n  name: a\n  name: b\n");
    let found = all[0].value.as_ref().unwrap_err();
    let wanted = "strict decoding error: yaml: unmarshal errors:\n  line 3: key \"name\" already set in map";
    assert_eq!((found.message.as_str(), found.line), (wanted, Some(4)));
}

#[test]
fn lines_are_relative_to_the_document_in_the_message_only() {
    let all = documents("a: 1\n---\nkind: List\nitems:\n\t- a: 1\n");
    let found = all[1].value.as_ref().unwrap_err();
    assert_eq!(found.message, "yaml: line 3: found character that cannot start any token");
    assert_eq!((found.line, found.column), (Some(5), Some(1)));
    assert_eq!(found.hint.as_deref(), Some("line 5 starts with a tab; YAML indents with spaces"));
}
