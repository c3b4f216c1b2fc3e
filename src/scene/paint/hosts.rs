//! The machines: a box each with its processes and disks, or a line each.

use super::{Painting, running_glyph};
use crate::scene::canvas::{Area, Border, Canvas, Ink, width};
use crate::scene::clock::{left, spoken};
use crate::scene::facts::{DiskAt, Host, Life, Running, Verdict, Written};
use crate::scene::plan::{HostPlan, Inside};
use crate::scene::role::{Ground, Role};
use crate::scene::target::Target;

/// Draws all machines.
pub fn draw(painting: &Painting, canvas: &mut Canvas) {
    let hosts = &painting.plan.hosts;
    for plan in &hosts.plans {
        let host = &painting.stage.hosts[plan.index];
        if hosts.boxes { boxed(painting, canvas, plan, host) } else { line(painting, canvas, plan, host) }
    }
    let (more, area) = hosts.more;
    if more > 0 {
        canvas.text(area.x, area.y, area.w, &format!("… and {more} more machines"), Role::Faint);
    }
}

fn boxed(painting: &Painting, canvas: &mut Canvas, plan: &HostPlan, host: &Host) {
    let target = Target::Node(host.name.clone());
    canvas.ground(plan.area, Ground::Panel);
    let (border, role) = match (host.powered, host.cut) {
        (false, _) => (Border::Dotted, Role::Bad),
        (true, Some(_)) => (Border::Dashed, Role::Bad),
        (true, None) => (Border::Plain, if painting.lights(&target) { Role::Travel } else { Role::Line }),
    };
    canvas.frame(plan.area, border, painting.ink(role, &target));
    title(painting, canvas, plan, host, &target);
    match plan.inside {
        Inside::Rows => {
            (0..plan.body.h).zip(host.running.iter()).for_each(|(i, r)| process(painting, canvas, plan, host, plan.body.row(i), r))
        }
        Inside::Glyphs(_) => glyphs(painting, canvas, plan, host, false),
        Inside::Tiles(_) => glyphs(painting, canvas, plan, host, true),
        Inside::Heat(per) => heat(painting, canvas, plan, host, per),
    }
    note(painting, canvas, plan, host);
    disks(painting, canvas, plan, host);
}

fn title(painting: &Painting, canvas: &mut Canvas, plan: &HostPlan, host: &Host, target: &Target) {
    let top = plan.area.row(0);
    let name = painting.ink(if host.is_linked() { Role::Text } else { Role::Bad }, target).bold();
    canvas.text(top.x + 2, top.y, top.w.saturating_sub(4), &format!(" {} ", host.name), name);
    let (glyph, role) = if host.ready { ("●", Role::Good) } else { ("✖", Role::Bad) };
    let cordon = if host.cordoned { " cordoned" } else { "" };
    let crowd = match plan.inside {
        Inside::Heat(per) => format!(" {} processes, {per} a glyph ·", host.running.len()),
        Inside::Rows | Inside::Tiles(_) | Inside::Glyphs(_) => String::new(),
    };
    let state = format!("{crowd} {glyph} {}{cordon} ", host.state);
    let room = top.w.saturating_sub(width(&host.name) + 6);
    let states = [state, format!(" {glyph} {}{cordon} ", host.state)];
    if let Some(state) = states.iter().find(|state| width(state) <= room) {
        canvas.text_right(Area { w: top.w.saturating_sub(2), ..top }, state, painting.ink(role, target));
    }
}

fn process(painting: &Painting, canvas: &mut Canvas, plan: &HostPlan, host: &Host, line: Area, running: &Running) {
    let target = Target::Process(host.name.clone(), running.uid);
    let (glyph, role, word) = running_glyph(running);
    let ghost = running.is_ghost() && running.life != Life::Ended;
    canvas.put(line.x, line.y, glyph, painting.ink(role, &target).bold());
    let word = word_of(painting, running, word);
    let hits = painting.stage.stream.as_ref().and_then(|stream| stream.hits(running.uid));
    let hits = hits.map(|times| format!("⇄{times}")).unwrap_or_default();
    let beside = |text: &str| if text.is_empty() { 0 } else { width(text) + 1 };
    let state_room = beside(&word);
    // Which process it is counts more than what it has answered.
    let hits = if 2 + width(&running.key.name) + state_room + beside(&hits) <= line.w { hits } else { String::new() };
    let word_room = state_room + beside(&hits);
    let name_room = plan.name_w.min(line.w.saturating_sub(2 + word_room));
    let name = painting.ink(
        if ghost {
            Role::Bad
        } else if running.life == Life::Ended {
            Role::Faint
        } else {
            Role::Text
        },
        &target,
    );
    canvas.text(line.x + 2, line.y, name_room, &running.key.name, name.bold());
    let ip_x = line.x + 2 + plan.name_w + 2;
    let ip_room = line.right().saturating_sub(ip_x + word_room);
    if width(&running.ip) <= ip_room {
        canvas.text(ip_x, line.y, ip_room, &running.ip, painting.ink(Role::Faint, &target));
    }
    let quiet = if ghost { Role::Bad } else { Role::Waiting };
    canvas.text_right(line, &word, painting.ink(quiet, &target));
    let before = Area { w: line.w.saturating_sub(state_room), ..line };
    canvas.text_right(before, &hits, painting.ink(Role::Travel, &target));
}

fn word_of(painting: &Painting, running: &Running, word: &str) -> String {
    match running.verdict {
        Verdict::Stopping(until) if until > painting.stage.now => format!("{word} {}", left(until - painting.stage.now)),
        _ => match running.timer.as_ref().filter(|timer| timer.until > painting.stage.now) {
            Some(timer) => format!("{} {}", timer.word, left(timer.until - painting.stage.now)),
            None => word.to_owned(),
        },
    }
}

fn glyphs(painting: &Painting, canvas: &mut Canvas, plan: &HostPlan, host: &Host, named: bool) {
    for (area, target) in plan.spots.iter().filter(|s| matches!(s.1, Target::Process(..))) {
        let Target::Process(_, uid) = target else { continue };
        let Some(running) = host.running.iter().find(|r| r.uid == *uid) else { continue };
        let (glyph, role, _) = running_glyph(running);
        let role = if running.is_ghost() { Role::Bad } else { role };
        canvas.put(area.x, area.y, glyph, painting.ink(role, target));
        if named {
            let name = match () {
                () if running.life == Life::Ended => Role::Faint,
                () if running.is_ghost() => Role::Bad,
                () => Role::Text,
            };
            canvas.text(area.x + 2, area.y, area.w.saturating_sub(2), running.short_name(), painting.ink(name, target).bold());
        }
    }
}

/// One sentence where machine and record have drifted apart.
fn note(painting: &Painting, canvas: &mut Canvas, plan: &HostPlan, host: &Host) {
    let ghosts = |verdict: Verdict| host.running.iter().any(|r| r.verdict == verdict && r.life != Life::Ended);
    let words = match () {
        () if !host.powered => "no power: nothing runs here",
        () if ghosts(Verdict::Erased) => "erased on record, still running",
        () if ghosts(Verdict::Deaf) => "told to stop, cannot hear it",
        () if host.cut.is_some() => "still runs; nobody can see it",
        () => return,
    };
    let ink = painting.ink(Role::Bad, &Target::Node(host.name.clone()));
    let spare = plan.note.is_empty() && host.running.len() < usize::from(plan.body.h);
    let area = if spare { plan.body.row(plan.body.h - 1) } else { plan.note };
    let short = words.split([',', ';', ':']).next().unwrap_or(words);
    canvas.text(area.x, area.y, if area.is_empty() { 0 } else { area.w }, if width(words) <= area.w { words } else { short }, ink);
}

fn disks(painting: &Painting, canvas: &mut Canvas, plan: &HostPlan, host: &Host) {
    if plan.disks.is_empty() {
        return;
    }
    let (above, area) = plan.disks.split_rows(plan.disks.h - 1);
    let written = host.disks.iter().filter_map(|disk| Some((disk, disk.latest.as_ref()?)));
    for (y, (disk, latest)) in (above.y..above.bottom()).zip(written) {
        last_word(painting, canvas, disk, latest, Area::new(above.x, y, above.w, 1));
    }
    let mut x = area.x;
    for (i, disk) in host.disks.iter().enumerate() {
        let room = area.right().saturating_sub(x);
        let rest = host.disks.len() - i;
        if room < 6 || (rest > 1 && room < 10) {
            canvas.text(x, area.y, room, &format!("+{rest}"), Role::Faint);
            return;
        }
        x = one_disk(painting, canvas, disk, Area::new(x, area.y, room, 1), host) + 2;
    }
}

/// What was written to a disk last, on which machine, and how long ago.
fn last_word(painting: &Painting, canvas: &mut Canvas, disk: &DiskAt, latest: &Written, row: Area) {
    let target = Target::Volume(disk.name.clone());
    let ink = |role: Role| painting.ink(role, &target);
    let words = format!("{:?}", latest.content.lines().next().unwrap_or_default());
    let head = [("◈ ", ink(Role::Disk)), (&*disk.name, ink(Role::Disk)), (" ", ink(Role::Disk))];
    let needed = width(&disk.name) + width(&words) + 3;
    let by = [format!(" on {}, {} ago", latest.on, spoken(painting.stage.now - latest.at)), format!(" on {}", latest.on)];
    let by = by.iter().find(|by| needed + width(by) <= row.w).unwrap_or(&by[1]);
    let room = Area { w: row.w.saturating_sub(width(by)), ..row };
    let end = canvas.parts(room, &head);
    // Where there is room for one of them only, what is written counts more than where.
    let path = if width(&words) + width(&latest.path) + 2 <= room.right().saturating_sub(end) {
        format!("{}: ", latest.path)
    } else {
        String::new()
    };
    let rest = Area { x: end, w: room.right().saturating_sub(end), ..room };
    canvas.parts(rest, &[(&path, ink(Role::Faint)), (&words, ink(Role::Text))]);
    canvas.text_right(row, by, ink(Role::Faint));
}

fn one_disk(painting: &Painting, canvas: &mut Canvas, disk: &DiskAt, area: Area, host: &Host) -> u16 {
    let target = Target::Volume(disk.name.clone());
    let lit = painting.focus.is_lit(&target);
    let ink =
        Ink { dim: !lit && painting.focus.dims(&target) && painting.focus.dims(&Target::Node(host.name.clone())), ..Ink::from(Role::Disk) };
    let timer = disk.timer.as_ref().filter(|timer| timer.until > painting.stage.now);
    let files = match (disk.files, timer) {
        (_, Some(timer)) => format!(" {} {}", timer.word, left(timer.until - painting.stage.now)),
        (0, None) => String::new(),
        (1, None) => " 1 file".to_owned(),
        (n, None) => format!(" {n} files"),
    };
    let files = if area.w >= width(&disk.name) + width(&files) + 4 { files } else { String::new() };
    let end = canvas.parts(
        area,
        &[("◈ ", ink), (&disk.name, ink.bold()), (&files, Ink::from(if timer.is_some() { Role::Waiting } else { Role::Faint }))],
    );
    if disk.writers < 2 {
        return end;
    }
    let room = area.right().saturating_sub(end);
    let words = [format!(" {} writers", disk.writers), format!(" ✖{}", disk.writers)];
    let words = words.iter().find(|w| width(w) <= room).unwrap_or(&words[1]);
    canvas.text(end, area.y, room, words, Role::Bad.bold())
}

fn line(painting: &Painting, canvas: &mut Canvas, plan: &HostPlan, host: &Host) {
    let target = Target::Node(host.name.clone());
    let (glyph, role) = match (host.powered, host.cut.is_some(), host.ready) {
        (false, ..) => ('✖', Role::Bad),
        (true, true, _) => ('✂', Role::Bad),
        (true, false, false) => ('?', Role::Doubt),
        (true, false, true) => ('●', Role::Good),
    };
    canvas.put(plan.area.x, plan.area.y, glyph, painting.ink(role, &target));
    canvas.text(plan.area.x + 2, plan.area.y, plan.name_w.saturating_sub(3), &host.name, painting.ink(Role::Text, &target));
    if let Inside::Heat(per) = plan.inside {
        heat(painting, canvas, plan, host, per);
    }
}

/// One glyph for several processes: the most worrying of them.
fn heat(painting: &Painting, canvas: &mut Canvas, plan: &HostPlan, host: &Host, per: usize) {
    let target = Target::Node(host.name.clone());
    let across = usize::from(plan.body.w).max(1);
    for (i, several) in host.running.chunks(per.max(1)).enumerate() {
        let Some(worst) = several.iter().max_by_key(|running| worry(running)) else { continue };
        let (glyph, role, _) = running_glyph(worst);
        let role = if worst.is_ghost() { Role::Bad } else { role };
        canvas.put(plan.body.x + (i % across) as u16, plan.body.y + (i / across) as u16, glyph, painting.ink(role, &target));
    }
}

fn worry(running: &Running) -> u8 {
    match (running.verdict, running.life) {
        (Verdict::Deaf | Verdict::Erased, _) => 4,
        (Verdict::Stopping(_), _) => 3,
        (Verdict::Mirrored, Life::Mounting | Life::Starting) => 2,
        (Verdict::Mirrored, Life::Unready | Life::Ended) => 1,
        (Verdict::Mirrored, Life::Ready) => 0,
    }
}
