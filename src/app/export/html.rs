//! One page with a player: pictures, marks, and the script that shows them are all in the file; nothing is fetched.

use super::film::Film;
use super::rows::{Row, escaped, hex, reel};
use crate::ui::theme::Theme;
use serde_json::{Value, json};

/// The page, with holes for what differs.
const PAGE: &str = include_str!("../../../assets/player.html");

/// The film as a page.
pub fn html(film: &Film, theme: &Theme) -> String {
    let reel = reel(film, theme, 0);
    let rows: Vec<Value> = reel.rows.iter().map(|row| Value::from(drawn(row))).collect();
    let mut before: Vec<usize> = Vec::new();
    let mut shots = Vec::new();
    for (at, numbers) in &reel.shots {
        let differ = numbers.iter().enumerate().filter(|(y, number)| before.get(*y) != Some(*number));
        let cells: Vec<usize> = differ.flat_map(|(y, number)| [y, *number]).collect();
        shots.push(json!([at, cells]));
        before.clone_from(numbers);
    }
    let data = json!({ "rows": rows, "shots": shots, "marks": film.marks, "length": film.length, "height": film.size.1 });
    // A script ends at the first `</`, wherever that stands.
    let data = data.to_string().replace('<', "\\u003c");
    let ground = reel.rows.first().and_then(|row| row.first()).map_or((0, 0, 0), |run| run.look.back);
    PAGE.replace("{{title}}", &escaped(&film.title)).replace("{{ground}}", &hex(ground)).replace("{{data}}", &data)
}

fn drawn(row: &Row) -> String {
    let run = |run: &super::rows::Run| {
        let weight = if run.look.bold { ";font-weight:bold" } else { "" };
        let style = format!("color:{};background:{}{weight}", hex(run.look.fore), hex(run.look.back));
        format!("<span style=\"{style}\">{}</span>", escaped(&run.text))
    };
    row.iter().map(run).collect()
}
