//! The real program in a pseudo-terminal: it starts, follows a resize, and gives the terminal back however it ends.
#![cfg(unix)]

use portable_pty::{Child, CommandBuilder, MasterPty, PtySize, native_pty_system};
use std::io::{Read, Write};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

struct Desk {
    parser: Arc<Mutex<vt100::Parser>>,
    child: Box<dyn Child + Send + Sync>,
    master: Box<dyn MasterPty + Send>,
    keys: Box<dyn Write + Send>,
}

fn size(rows: u16, cols: u16) -> PtySize {
    PtySize { rows, cols, pixel_width: 0, pixel_height: 0 }
}

fn parser(rows: u16, cols: u16) -> vt100::Parser {
    vt100::Parser::new(rows.try_into().unwrap(), cols.try_into().unwrap(), 100)
}

impl Desk {
    fn start(env: &[(&str, &str)]) -> Desk {
        let pair = native_pty_system().openpty(size(36, 120)).unwrap();
        let mut command = CommandBuilder::new(env!("CARGO_BIN_EXE_podyard"));
        command.env("TERM", "xterm-256color");
        command.env("RUST_BACKTRACE", "0");
        env.iter().for_each(|(name, value)| command.env(name, value));
        let child = pair.slave.spawn_command(command).unwrap();
        drop(pair.slave);
        let parser = Arc::new(Mutex::new(parser(36, 120)));
        let (mut reader, screen) = (pair.master.try_clone_reader().unwrap(), parser.clone());
        std::thread::spawn(move || {
            let mut bytes = [0; 8192];
            while let Ok(n @ 1..) = reader.read(&mut bytes) {
                screen.lock().unwrap().process(&bytes[..n]);
            }
        });
        let keys = pair.master.take_writer().unwrap();
        Desk { parser, child, master: pair.master, keys }
    }
    fn until(&self, what: &str, holds: impl Fn(&vt100::Screen) -> bool) {
        let deadline = Instant::now() + Duration::from_secs(30);
        while !holds(self.parser.lock().unwrap().screen()) {
            assert!(Instant::now() < deadline, "{what}:\n{}", self.parser.lock().unwrap().screen().contents());
            std::thread::sleep(Duration::from_millis(20));
        }
    }
    fn shown(&self) {
        self.until("shows the sandbox", |s| s.contents().contains("what the machines really run") && s.alternate_screen());
    }
    fn press(&mut self, keys: &str) {
        self.keys.write_all(keys.as_bytes()).unwrap();
        self.keys.flush().unwrap();
    }
    fn ended(&mut self) -> u32 {
        let code = self.child.wait().unwrap().exit_code();
        self.until("gives the terminal back", |s| {
            !s.alternate_screen() && !s.bracketed_paste() && !s.hide_cursor() && s.mouse_protocol_mode() == vt100::MouseProtocolMode::None
        });
        code
    }
}

#[test]
fn quits_with_q_after_an_act() {
    let mut desk = Desk::start(&[]);
    desk.shown();
    desk.press("+");
    desk.until("shows the command", |s| s.contents().contains("kubectl scale sts kubia --replicas=4"));
    desk.press("q");
    assert_eq!(desk.ended(), 0);
}

#[test]
fn follows_a_resize_and_says_when_it_is_too_small() {
    let mut desk = Desk::start(&[]);
    desk.shown();
    for (rows, cols, text) in [(24, 80, "what happened"), (5, 20, "too small"), (60, 200, "each its own")] {
        *desk.parser.lock().unwrap() = parser(rows, cols);
        desk.master.resize(size(rows, cols)).unwrap();
        desk.until(text, |s| s.contents().contains(text));
    }
    desk.press("q");
    desk.child.wait().unwrap();
}

#[test]
fn quits_with_ctrl_c() {
    let mut desk = Desk::start(&[]);
    desk.shown();
    desk.press("\x03");
    assert_eq!(desk.ended(), 0);
}

#[test]
fn gives_the_terminal_back_when_asked_to_end() {
    let mut desk = Desk::start(&[]);
    desk.shown();
    let pid = desk.child.process_id().unwrap();
    std::process::Command::new("kill").args(["-TERM", &pid.to_string()]).status().unwrap();
    assert_eq!(desk.ended(), 0);
}

#[test]
fn gives_the_terminal_back_before_a_panic_is_told() {
    let mut desk = Desk::start(&[("PODYARD_PANIC", "1")]);
    assert_eq!(desk.ended(), 101);
    desk.until("tells the panic", |s| s.contents().contains("asked to panic"));
}
