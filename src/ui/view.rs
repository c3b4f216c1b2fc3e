//! The picture of a frame: title, stage, panes, time line, command line, keys.

use super::model::{Mode, Model, Pane};
use super::panes::{caption, catalogue, command, edit, happened, help, hints, lesson, menu, output, timeline, title, why};
use super::regions::{Regions, SMALLEST};
use super::screen::Screen;
use super::sight::Sight;
use crate::scene::paint::Painting;
use crate::scene::{Canvas, Ground, Role};

/// Draws a frame.
pub fn view(model: &Model, sight: &Sight, screen: &Screen) -> Canvas {
    let mut canvas = Canvas::new(screen.size.0, screen.size.1);
    match &screen.regions {
        _ if matches!(model.mode, Mode::Blank(_)) => {}
        Some(regions) => whole(&mut canvas, model, sight, screen, regions),
        None => too_small(&mut canvas, screen.size),
    }
    canvas
}

fn whole(canvas: &mut Canvas, model: &Model, sight: &Sight, screen: &Screen, regions: &Regions) {
    title::draw(canvas, regions.title, model, sight, screen);
    Painting { stage: &screen.stage, plan: &screen.plan, focus: &screen.focus }.draw(canvas);
    if !regions.happened.is_empty() {
        happened::draw(canvas, regions.happened, sight, &model.filter);
    }
    match caption::caption(model, sight, screen) {
        Some(words) => caption::draw(canvas, &words, regions, screen, sight),
        None => panes(canvas, model, sight, screen, regions),
    }
    timeline::draw(canvas, regions.timeline, sight);
    command::draw(canvas, regions.command, model, sight);
    command::pressed(canvas, regions.command, model);
    hints::draw(canvas, regions.hints, model, sight, screen);
    command::offers(canvas, regions.command, model);
    match model.mode {
        Mode::Help => help::draw(canvas, canvas.area(), &model.keys, model.scroll),
        Mode::Catalogue => catalogue::draw(canvas, canvas.area(), &model.list),
        Mode::Menu => menu::draw(canvas, model, screen),
        Mode::Edit => model.editor.iter().for_each(|editor| edit::draw(canvas, regions, editor)),
        Mode::Normal | Mode::Prompt | Mode::Filter | Mode::Blank(_) => {}
    }
}

fn panes(canvas: &mut Canvas, model: &Model, sight: &Sight, screen: &Screen, regions: &Regions) {
    let asked = match model.pane {
        Pane::Output(line) => sight.console.get(line),
        Pane::Home | Pane::Why | Pane::Sheet | Pane::Compare => None,
    };
    let script = sight.script.filter(|_| model.pane == Pane::Home);
    let wide = !regions.console.is_empty();
    if script.is_none() {
        let page = why::selected(model, sight, screen);
        let area = why::area(&page, regions, model.pane);
        canvas.clear(area, if area == regions.pane { Ground::Page } else { Ground::Over });
        page.draw(canvas, area, if asked.is_none() { model.scroll } else { 0 });
    }
    if let Some(line) = sight.console.last().filter(|_| wide && asked.is_none()) {
        output::draw(canvas, regions.console, line, (0, 0));
    } else if wide && asked.is_none() {
        output::empty(canvas, regions.console);
    }
    if let Some(line) = asked {
        let area = output::area(line, regions);
        canvas.clear(area, if area == regions.console { Ground::Page } else { Ground::Over });
        output::draw(canvas, area, line, (model.scroll, model.across));
    }
    if let Some(script) = script {
        lesson::draw(canvas, regions, model, sight, &script);
    }
}

fn too_small(canvas: &mut Canvas, (w, h): (u16, u16)) {
    let lines = [format!("{w}x{h} is too small"), format!("podyard needs {}x{}", SMALLEST.0, SMALLEST.1)];
    for (i, line) in lines.iter().enumerate() {
        canvas.text(0, i as u16, w, line, if i == 0 { Role::Bad.bold() } else { Role::Text.into() });
    }
}
