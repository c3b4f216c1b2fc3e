//! Lines typed into a world.

use super::*;
use crate::sim::world::Options;

#[test]
fn smoke() {
    let mut world = World::new(Options::default());
    let script = std::env::var("SCRIPT").unwrap_or_default();
    for part in script.split("%%") {
        let (line, stdin) = part.trim().split_once('\n').map_or((part.trim(), None), |(a, b)| (a, Some(b)));
        println!("$ {line}");
        let turn = run(&mut world, line, stdin);
        let o = finish(&mut world, turn);
        print!("{}{}", o.out, o.err);
        if o.rc != 0 {
            println!("[rc {}]", o.rc);
        }
    }
}
