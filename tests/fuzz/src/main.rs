//! The targets under libFuzzer: PODYARD_TARGET says which.
#![no_main]

#[path = "../targets.rs"]
mod targets;

use libfuzzer_sys::fuzz_target;
use std::sync::OnceLock;

fn chosen() -> fn(&str) {
    static CHOSEN: OnceLock<fn(&str)> = OnceLock::new();
    *CHOSEN.get_or_init(|| {
        let name = std::env::var("PODYARD_TARGET").unwrap_or_default();
        let target = targets::TARGETS.iter().find(|target| target.name == name);
        target.unwrap_or_else(|| panic!("PODYARD_TARGET is {name:?}, which is no target")).feed
    })
}

fuzz_target!(|data: &[u8]| {
    if let Ok(text) = std::str::from_utf8(data) {
        chosen()(text);
    }
});
