//! podyard: a Kubernetes cluster you can hold in a terminal.
//!
//! Six sentences to keep in mind:
//!
//! 1. Data goes one way round: input → action → message → effect → act → due event → world → snapshot → scene → frame.
//! 2. Three things remember: the *world* (truth in virtual time), the *timeline* (its history), the *model* (what the
//!    user looks at). Everything else is a function of them.
//! 3. The simulation core cannot wait, cannot fail, cannot look at a clock, and gives the same answer on every machine.
//! 4. There are three clocks with three types (virtual time, frame time, calendar text); they meet in exactly one function.
//! 5. Each vocabulary (actions, verbs, kinds, latencies, invariants, theme roles, images) is declared in one table; help,
//!    completion, docs and tests are read from it.
//! 6. A rule that matters is a test; a rule that is not a test is a wish.
//!
//! The rooms, from the ground up. An arrow may only point up this table; `tests/tidy.rs` reads it and fails where an
//! import points down.
//!
//! | rank | module | what lives there |
//! |---|---|---|
//! | 0 | `diagnostic` | severity, place and message of an error in a text, drawn with a caret |
//! | 1 | `api` | the Kubernetes nouns: kinds, manifests, defaults, validation, patches, printed tables, refusals |
//! | 2 | `sim` | the pure core: world, agenda, store, controllers, scheduler, kubelets, disks, network, images |
//! | 3 | `timeline` | moments, seek, undo, playback: the one place where wall time becomes virtual time |
//! | 3 | `motion` | how far a thing is at a viewed moment: journeys, glows, what lingers |
//! | 4 | `shell` | the command language: kubectl one verb a file, curl, dig, the physical verbs |
//! | 4 | `scene` | world → picture: sprites, layout, things in flight; in cells and roles, no colours |
//! | 5 | `scenario` | the document, the player, checks, the catalogue |
//! | 6 | `engine` | the only owner of the timeline at run time |
//! | 7 | `ui` | model, messages, update, keymap, theme, panes |
//! | 8 | `app` | options, terminal, event loop, headless runs |

#![forbid(unsafe_code)]
#![warn(missing_docs)]

pub mod api;
pub mod app;
pub mod diagnostic;
pub mod engine;
pub mod motion;
pub mod scenario;
pub mod scene;
pub mod shell;
pub mod sim;
pub mod timeline;
pub mod ui;
