//! An animated SVG: all pictures side by side in a strip that jumps along behind a window. No script.

use super::film::Film;
use super::rows::{Row, escaped, hex, reel};
use crate::ui::theme::Theme;

/// Width and height of a cell.
const CELL: (u32, u32) = (8, 17);
/// Where a letter's foot stands in its cell.
const FOOT: u32 = 13;
/// Pictures that are shown for less are left out.
const SHORTEST: u64 = 200;
/// Letters of one width, from what most machines have.
const FONT: &str = "'DejaVu Sans Mono',Menlo,Consolas,'Liberation Mono',monospace";

/// The film as an SVG.
pub fn svg(film: &Film, theme: &Theme) -> String {
    let reel = reel(film, theme, SHORTEST);
    let (w, h) = (u32::from(film.size.0) * CELL.0, u32::from(film.size.1) * CELL.1);
    let rows: String = reel.rows.iter().enumerate().map(|(i, row)| format!("<g id=\"r{i}\">{}</g>\n", drawn(row))).collect();
    let picture = |(i, (_, numbers)): (usize, &(u64, Vec<usize>))| {
        let uses: String = numbers.iter().enumerate().map(|(y, number)| used(*number, y)).collect();
        format!("<g transform=\"translate({},0)\">{uses}</g>\n", i as u32 * w)
    };
    let strip: String = reel.shots.iter().enumerate().map(picture).collect();
    let frames = |(i, (at, _)): (usize, &(u64, Vec<usize>))| {
        let share = *at as f64 * 100.0 / film.length.max(1) as f64;
        format!("{share:.4}%{{transform:translateX(-{}px)}}\n", i as u32 * w)
    };
    let keyframes: String = reel.shots.iter().enumerate().map(frames).collect();
    let seconds = film.length as f64 / 1000.0;
    format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" xmlns:xlink=\"http://www.w3.org/1999/xlink\" viewBox=\"0 0 {w} {h}\" width=\"{w}\" \
         height=\"{h}\" role=\"img\">\n<title>{}</title>\n<style>\ntext{{font:13px {FONT};white-space:pre}}\n.b{{font-weight:bold}}\n\
         #film{{animation:film {seconds}s steps(1,end) infinite}}\n@keyframes film{{\n{keyframes}}}\n</style>\n\
         <defs>\n{rows}</defs>\n<g id=\"film\">\n{strip}</g>\n</svg>\n",
        escaped(&film.title)
    )
}

fn used(number: usize, y: usize) -> String {
    format!("<use xlink:href=\"#r{number}\" y=\"{}\"/>", y as u32 * CELL.1)
}

fn drawn(row: &Row) -> String {
    let mut text = String::new();
    for run in row {
        let (x, w) = (u32::from(run.x) * CELL.0, u32::from(run.width) * CELL.0);
        text.push_str(&format!("<rect x=\"{x}\" width=\"{w}\" height=\"{}\" fill=\"{}\"/>", CELL.1, hex(run.look.back)));
        if run.text.trim().is_empty() {
            continue;
        }
        let class = if run.look.bold { " class=\"b\"" } else { "" };
        text.push_str(&format!(
            "<text x=\"{x}\" y=\"{FOOT}\" textLength=\"{w}\" lengthAdjust=\"spacingAndGlyphs\" xml:space=\"preserve\" \
             fill=\"{}\"{class}>{}</text>",
            hex(run.look.fore),
            escaped(&run.text)
        ));
    }
    text
}
