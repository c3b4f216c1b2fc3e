//! What kubectl prints for each template over one object.

use super::*;

const OBJECT: &str = r#"{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"x","labels":{"a.b/c":"L","q":"1","z":"q"}},"n":7,"f":1.5,"t":true,"nul":null,"o":{"b":1,"a":[1,{"x":"<y>"}]},"e":[],"eo":{},"rows":[{"name":"one","type":"Ready","v":1,"tags":["p","q"]},{"name":"two","type":"Other","v":5},{"name":"three","v":10,"type":"Ready","sub":{"name":"deep"}}]}"#;

const TABLE: &[(&str, Result<&str, &str>)] = &[
    ("{.metadata.name}", Ok("x")),
    (".metadata.name", Ok(".metadata.name")),
    ("metadata.name", Ok("metadata.name")),
    ("{.rows[*].name}", Ok("one two three")),
    ("{.rows[0].name}", Ok("one")),
    ("{.rows[-1].name}", Ok("three")),
    ("{.rows[0:2].name}", Ok("one two")),
    ("{.rows[:2].name}", Ok("one two")),
    ("{.rows[1:].name}", Ok("two three")),
    ("{.rows[::2].name}", Ok("one three")),
    ("{.rows[-2:].name}", Ok("two three")),
    ("{.rows[0,2].name}", Ok("one three")),
    (r#"{range .rows[*]}{.name}{"\t"}{.v}{"\n"}{end}"#, Ok("one\t1\ntwo\t5\nthree\t10\n")),
    (r#"{.rows[?(@.type=="Ready")].name}"#, Ok("one three")),
    ("{.rows[?(@.v>4)].name}", Ok("two three")),
    ("{.rows[?(@.v>=5)].name}", Ok("two three")),
    ("{.rows[?(@.v!=5)].name}", Ok("one three")),
    ("{.rows[?(@.sub)].name}", Ok("three")),
    ("{.rows[?(@.sub.name)].name}", Ok("three")),
    ("{.rows[?(@.type=='Ready')].name}", Ok("one three")),
    (r#"{.metadata.labels.a\.b/c}"#, Ok("L")),
    (r#"{.metadata.labels['a\.b/c']}"#, Ok("L")),
    ("{.metadata['name']}", Ok("x")),
    ("{.rows..name}", Ok("one two three deep")),
    ("{.nope}", Ok("")),
    ("{.rows[*].nope}", Ok("")),
    (
        "{.rows[9].name}",
        Err(r#"error executing jsonpath "{.rows[9].name}": Error executing template: array index out of bounds: index 9, length 3."#),
    ),
    ("{.o}", Ok(r#"{"a":[1,{"x":"\u003cy\u003e"}],"b":1}"#)),
    ("{.rows[0]}", Ok(r#"{"name":"one","tags":["p","q"],"type":"Ready","v":1}"#)),
    ("{.e}", Ok("[]")),
    ("{.eo}", Ok("{}")),
    ("{.n} {.f} {.t} {.nul}", Ok("7 1.5 true null")),
    ("{.rows[*].tags}", Ok(r#"["p","q"]"#)),
    ("{.rows[0].tags[*]}", Ok("p q")),
    ("{.rows[*]['name','v']}", Ok("one two three 1 5 10")),
    ("{.rows[*].name", Err("error parsing jsonpath {.rows[*].name, unclosed action")),
    ("{.rows[}", Err("error parsing jsonpath {.rows[}, unterminated array")),
    ("{.rows[a]}", Err("error parsing jsonpath {.rows[a]}, invalid array index a")),
    (r#"{.rows[?(@.type=="Ready"].name}"#, Err(r#"error parsing jsonpath {.rows[?(@.type=="Ready"].name}, unterminated filter"#)),
    ("{range .rows[*]}{.name}", Ok("onetwothree")),
    ("{end}", Err(r#"error executing jsonpath "{end}": Error executing template: not in range, nothing to end."#)),
    ("x{.n}y", Ok("x7y")),
    ("hello", Ok("hello")),
    (
        "{}",
        Ok(
            r#"{"apiVersion":"v1","e":[],"eo":{},"f":1.5,"kind":"ConfigMap","metadata":{"labels":{"a.b/c":"L","q":"1","z":"q"},"name":"x"},"n":7,"nul":null,"o":{"a":[1,{"x":"\u003cy\u003e"}],"b":1},"rows":[{"name":"one","tags":["p","q"],"type":"Ready","v":1},{"name":"two","type":"Other","v":5},{"name":"three","sub":{"name":"deep"},"type":"Ready","v":10}],"t":true}"#,
        ),
    ),
    ("{$.n}", Ok("7")),
    ("{@.n}", Ok("7")),
    ("{['n']}", Ok("7")),
    (r#"{.rows[?(@.name=="two")].v}"#, Ok("5")),
    ("{.labels", Err("error parsing jsonpath {.labels, unclosed action")),
    (
        "{.rows[?(@.type==Ready)].name}",
        Err(r#"error executing jsonpath "{.rows[?(@.type==Ready)].name}": Error executing template: unrecognized identifier Ready."#),
    ),
    ("{.n.x}", Ok("")),
    ("{.n[0]}", Err(r#"error executing jsonpath "{.n[0]}": Error executing template: int64 is not array or slice."#)),
    ("{.o[0]}", Err(r#"error executing jsonpath "{.o[0]}": Error executing template: map[string]interface {} is not array or slice."#)),
    (r#"{"a\"b"}"#, Ok(r#"a"b"#)),
    ("{'x'}", Ok("x")),
    ("{.rows[*].v}", Ok("1 5 10")),
    ("{.rows[?(@.v<6)].name} {.n}", Ok("one two 7")),
    ("{range .rows[*]}{.name} {range .tags[*]}{@},{end};{end}", Ok("one p,q,;two ;three ;")),
    (
        r#"{.rows[?(@.type=="Ready" && @.v>1)].name}"#,
        Err(r#"error parsing jsonpath {.rows[?(@.type=="Ready" && @.v>1)].name}, unrecognized character in action: U+0026 '&'"#),
    ),
    (r#"{.rows[?(@.tags[0]=="p")].name}"#, Ok("one")),
    ("", Err("template format specified but no template given")),
    ("{ .n }", Ok("7")),
    ("{.rows[(@.length-1)].name}", Err("error parsing jsonpath {.rows[(@.length-1)].name}, invalid array index (@.length-1)")),
    ("{.rows[?(@.v==1)].name}", Ok("one")),
    ("{.rows[0].tags}", Ok(r#"["p","q"]"#)),
    ("{range .rows[?(@.v>1)]}[{.name}]{end}", Ok("[two][three]")),
    ("{.rows[1:3:1].name}", Ok("two three")),
    (
        "{.rows[5:].name}",
        Err(r#"error executing jsonpath "{.rows[5:].name}": Error executing template: array index out of bounds: index 5, length 3."#),
    ),
    (
        "{.rows[*]}",
        Ok(
            r#"{"name":"one","tags":["p","q"],"type":"Ready","v":1} {"name":"two","type":"Other","v":5} {"name":"three","sub":{"name":"deep"},"type":"Ready","v":10}"#,
        ),
    ),
    ("{.metadata.labels}", Ok(r#"{"a.b/c":"L","q":"1","z":"q"}"#)),
    ("{.f}", Ok("1.5")),
    (
        r#"{.rows[?(@.name=~"t.*")].name}"#,
        Err(r#"error parsing jsonpath {.rows[?(@.name=~"t.*")].name}, unrecognized character in action: U+007E '~'"#),
    ),
    ("{.a-b}", Ok("")),
    ("{1}", Ok("1")),
    ("{true}", Ok("true")),
    ("{.rows.name}", Ok("")),
    ("{.rows[].name}", Ok("one")),
    (
        "{.rows[-9].name}",
        Err(r#"error executing jsonpath "{.rows[-9].name}": Error executing template: array index out of bounds: index -6, length 3."#),
    ),
    ("{foo}", Err(r#"error executing jsonpath "{foo}": Error executing template: unrecognized identifier foo."#)),
    (
        "{.rows[0:9].name}",
        Err(r#"error executing jsonpath "{.rows[0:9].name}": Error executing template: array index out of bounds: index 8, length 3."#),
    ),
    ("{.rows[::-1].name}", Err(r#"error executing jsonpath "{.rows[::-1].name}": Error executing template: step must be > 0."#)),
    (
        "{.rows[2:0].name}",
        Err(r#"error executing jsonpath "{.rows[2:0].name}": Error executing template: starting index 2 is greater than ending index 0."#),
    ),
    ("{.rows[?(@.v)].name}", Ok("one two three")),
    ("{.rows[?(@.t==true)].name}", Ok("")),
    ("{.rows[?(@.type!='Ready')].v}", Ok("5")),
    ("{.e[*]}", Ok("")),
    ("{.e[0]}", Err(r#"error executing jsonpath "{.e[0]}": Error executing template: array index out of bounds: index 0, length 0."#)),
    ("{.rows[*].tags[*]}", Ok("p q")),
    (
        "{.rows[-9:].name}",
        Err(r#"error executing jsonpath "{.rows[-9:].name}": Error executing template: array index out of bounds: index -6, length 3."#),
    ),
    ("{range .nope[*]}x{end}y", Ok("y")),
    ("{.o.a}", Ok(r#"[1,{"x":"\u003cy\u003e"}]"#)),
    ("{.o.a[1].x}", Ok("<y>")),
];

fn object() -> Value {
    serde_json::from_str(OBJECT).unwrap()
}

#[test]
fn templates_print_what_kubectl_prints() {
    for (template, wanted) in TABLE {
        let found = render(template, &object());
        assert_eq!(found.as_deref().map_err(String::as_str), *wanted, "{template}");
    }
}

#[test]
fn paths_may_leave_out_braces_and_the_first_dot() {
    let object = object();
    for path in ["{.metadata.name}", "{metadata.name}", ".metadata.name", "metadata.name"] {
        assert_eq!(find(path, &object).unwrap(), [&Value::from("x")], "{path}");
    }
    assert_eq!(find(".rows[*].v", &object).unwrap().len(), 3);
    assert_eq!(find(".nope.deeper", &object).unwrap(), Vec::<&Value>::new());
    assert!(find("{.a}{.b}", &object).unwrap_err().starts_with("unexpected path string"));
}

/// Found by fuzzing: each `..` multiplies what there is.
#[test]
fn too_many_results_are_refused() {
    let deep = (0..8).fold(Value::from(1), |inner, _| serde_json::json!({"a": [inner.clone(), inner]}));
    let error = render(&format!("{{{}a}}", ".".repeat(24)), &deep).unwrap_err();
    assert!(error.contains("more than 100000 results"), "{error}");
    let nested = "{range ....}".repeat(6) + "{.a}" + &"{end}".repeat(6);
    assert!(render(&nested, &deep).unwrap_err().contains("more than 100000 results"));
    let union = format!("[{}]", vec!["'a'"; 200].join(","));
    assert!(render(&format!("{{{union}[0]{union}[0]{union}}}"), &deep).unwrap_err().contains("more than 100000 results"));
}

#[test]
fn all_that_there_is_may_be_read_once_however_much_it_is() {
    let many = Value::Array((0..120_000).map(|_| serde_json::json!({"name": 1})).collect());
    assert_eq!(find("{..name}", &many).unwrap().len(), 120_000);
}
