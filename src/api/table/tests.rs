//! Printed tables, as kubectl prints them.

use super::*;

/// Tables that kubectl printed, a blank line between them.
const TABLES: &str = include_str!("tables.txt");
/// Descriptions that kubectl printed, a line of `=` between them.
const DESCRIPTIONS: &str = include_str!("descriptions.txt");

/// Where the columns start: after three spaces, or at a name after a column that is as narrow as may be.
fn starts(header: &str) -> Vec<usize> {
    let bytes = header.as_bytes();
    let is_start = |at: &usize| *at == 0 || bytes[*at] != b' ' && bytes[*at - 1] == b' ' && bytes[*at - 2] == b' ';
    (0..bytes.len()).filter(is_start).collect()
}

fn cells(line: &str, starts: &[usize]) -> Vec<String> {
    let ends = starts[1..].iter().copied().chain([line.len()]);
    starts.iter().zip(ends).map(|(from, to)| line[*from..to].trim_end().to_string()).collect()
}

#[test]
fn recorded_tables_are_laid_out_alike() {
    let mut count = 0;
    for table in TABLES.trim_end().split("\n\n") {
        let lines: Vec<&str> = table.lines().collect();
        let starts = starts(lines[0]);
        let rows: Vec<Vec<String>> = lines.iter().map(|line| cells(line, &starts)).collect();
        let headers: Vec<&str> = rows[0].iter().map(String::as_str).collect();
        assert_eq!(write(&headers, &rows[1..], true), format!("{table}\n"));
        count += 1;
    }
    assert!(count > 20, "{count}");
}

#[test]
fn without_headers_only_the_cells_count() {
    let row = |cells: &str| cells.split(' ').map(str::to_string).collect::<Vec<_>>();
    let rows = [row("kubia-0 1/1 Running 0 4s"), row("kubia-1 1/1 Running 0 3s")];
    let wanted = "kubia-0   1/1   Running   0     4s\nkubia-1   1/1   Running   0     3s\n";
    assert_eq!(write(&["NAME", "READY", "STATUS", "RESTARTS", "AGE"], &rows, false), wanted);
    assert_eq!(write(&["NAME"], &[], false), "");
}

#[test]
fn a_watch_keeps_its_widths_and_a_cell_its_line() {
    let mut widths = Widths::default();
    let row = |a: &str, b: &str| vec![vec![a.to_string(), b.to_string()]];
    assert_eq!(widths.write(&["NAME", "AGE"], &row("a-long-name", "1s")), "NAME          AGE\na-long-name   1s\n");
    assert_eq!(widths.write(&[], &row("b", "two\nlines")), "b             two...\n");
}

#[test]
fn recorded_descriptions_are_laid_out_alike() {
    let mut count = 0;
    for text in DESCRIPTIONS.split("=====\n") {
        let mut describe = Describe::new();
        for line in text.lines() {
            describe.line(0, &with_tabs(line));
        }
        assert_eq!(describe.print(), text);
        count += 1;
    }
    assert!(count > 5, "{count}");
}

/// Undoes the layout: deep indentation is an empty cell, two spaces or more within a line were a tab.
fn with_tabs(line: &str) -> String {
    let text = line.trim_start();
    let indent = line.len() - text.len();
    let mut out = if indent >= 8 { "\t".to_string() } else { " ".repeat(indent) };
    let mut rest = text;
    let mut column = 0;
    while let Some(at) = rest.find("  ") {
        out.push_str(&rest[..at]);
        out.push_str(separator(line, column));
        rest = rest[at..].trim_start();
        column += 1;
    }
    out + rest
}

/// Where kubectl ends a cell otherwise than by a tab: a space before it in the conditions of pods and nodes, and an
/// empty cell after the names of a node's pods.
fn separator(line: &str, column: usize) -> &'static str {
    const NODE_PODS: [&str; 3] = ["  Namespace", "  ---------  ", "  default"];
    let is_condition = line.ends_with("True ") || line.contains("Kubelet") && line.contains(" 2026 ");
    match column {
        1 if NODE_PODS.iter().any(|start| line.starts_with(start)) => "\t\t",
        _ if is_condition => " \t",
        _ => "\t",
    }
}

#[test]
fn ages_follow_the_table_of_ranges() {
    const S: i64 = 1000;
    const H: i64 = 3600 * S;
    const D: i64 = 24 * H;
    for (millis, wanted) in [
        (-2 * S, "<invalid>"),
        (-S, "0s"),
        (999, "0s"),
        (119 * S, "119s"),
        (120 * S, "2m"),
        (599 * S, "9m59s"),
        (600 * S, "10m"),
        (3 * H - 1, "179m"),
        (3 * H, "3h"),
        (7 * H + 59 * 60 * S, "7h59m"),
        (8 * H, "8h"),
        (47 * H, "47h"),
        (2 * D, "2d"),
        (2 * D + 3 * H, "2d3h"),
        (8 * D, "8d"),
        (729 * D, "729d"),
        (730 * D, "2y"),
        (735 * D, "2y5d"),
        (8 * 365 * D, "8y"),
    ] {
        assert_eq!(age(millis), wanted, "{millis}");
    }
}

#[test]
fn fields_lists_and_rows_of_a_description() {
    let mut describe = Describe::new();
    describe.field(0, "Name", "kubia-0").list(0, "Labels", &["a=1", "b=2"]).list::<&str>(0, "Annotations", &[]);
    describe.rows(0, "Conditions", &[vec!["Type".into(), "Status".into()], vec!["Ready".into(), "True".into()]]);
    let wanted = "Name:         kubia-0\nLabels:       a=1\n              b=2\nAnnotations:  <none>\n\
                  Conditions:\n  Type   Status\n  Ready  True\n";
    assert_eq!(describe.print(), wanted);
}
