//! Images are small declared behaviours: how long they take to start and stop, what they serve, what they write.

use crate::api::pod::Container;
use crate::api::{Name, Span};

pub mod script;

pub use script::{BRIEF, Course, command};

/// What a process of an image answers when asked over HTTP.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum App {
    /// Nothing: connections are refused.
    Silent,
    /// `You've hit <host name>`.
    Kubia,
    /// Stores what is posted in /var/data/kubia.txt and reads it back.
    Pet,
    /// The same, and asks its peers, found by SRV, for theirs.
    PetPeers,
    /// Writes into the first directory of its volume that no other instance uses.
    DirectoryPicker,
    /// A web server's welcome page.
    Web,
}

/// A row of the table of images.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Image {
    /// The image's name without tag.
    pub name: &'static str,
    /// What it answers.
    pub app: App,
    /// Port it listens on; 0 for none.
    pub port: i32,
    /// From the start of the process to being able to answer.
    pub startup: Span,
    /// What it takes to stop when asked; `None` where it ignores the signal and is killed when its grace is over.
    pub stop: Option<Span>,
    /// After how long it ends by itself, and with which code; `None` for servers.
    pub exits: Option<(Span, i32)>,
    /// What it is, in one sentence.
    pub words: &'static str,
}

macro_rules! images {
    ($($name:literal $app:ident $port:literal start $start:literal stop $stop:expr, exits $exits:expr, $words:literal;)*) => {
        /// The table of images. The last row is what an unknown image does.
        pub static IMAGES: &[Image] = &[$(Image {
            name: $name, app: App::$app, port: $port, startup: Span($start), stop: $stop, exits: $exits, words: $words,
        }),*];
    };
}

images! {
    "luksa/kubia"            Kubia           8080 start 100 stop Some(Span(500)), exits None, "answers with its host name";
    "luksa/kubia-pet"        Pet             8080 start 100 stop Some(Span(500)), exits None, "keeps what is posted in /var/data/kubia.txt";
    "luksa/kubia-pet-peers"  PetPeers        8080 start 100 stop Some(Span(500)), exits None, "keeps what is posted, and asks its peers for theirs";
    "podyard/directory-picker" DirectoryPicker 8080 start 100 stop Some(Span(4000)), exits None, "takes the first free directory of a shared volume";
    "nginx"                  Web             80   start 100 stop Some(Span(300)), exits None, "a web server";
    "httpd"                  Web             80   start 100 stop Some(Span(300)), exits None, "a web server";
    "registry.k8s.io/e2e-test-images/agnhost" Web 80 start 100 stop Some(Span(300)), exits None, "a web server for tests";
    "busybox"                Silent          0    start 20  stop None,            exits Some((Span(50), 0)), "a shell: ends at once where it is given nothing to do";
    "tutum/dnsutils"         Silent          0    start 20  stop None,            exits Some((Span(50), 0)), "dig and friends";
    "registry.k8s.io/build-image/debian-base" Silent 0 start 20 stop None, exits Some((Span(3000), 0)), "the recycler: empties the volume at /scrub and ends";
    ""                       Silent          0    start 100 stop Some(Span(500)), exits None, "runs and is ready; serves nothing";
}

/// What an image does, by its name with or without tag and digest.
pub fn image(name: &str) -> &'static Image {
    let bare = name.split('@').next().unwrap_or_default();
    let bare = bare.strip_prefix("docker.io/").unwrap_or(bare);
    let bare = match bare.rsplit_once(':') {
        Some((repository, tag)) if !tag.contains('/') => repository,
        _ => bare,
    };
    let unknown = &IMAGES[IMAGES.len() - 1];
    IMAGES.iter().find(|image| image.name == bare).unwrap_or(unknown)
}

/// After how long a container ends by itself and with which code, as its command or its image has it; `None` for servers.
pub fn plan(image: &Image, container: &Container) -> Option<(Span, i32)> {
    match course(container) {
        Some(course) => course.ends,
        None => image.exits,
    }
}

/// What a container's own command does; `None` where it has none or one that is not understood, so that its image decides.
pub fn course(container: &Container) -> Option<Course> {
    // An image with work of its own does that work, however it is told to.
    if image(&container.image).exits.is_some_and(|(takes, _)| takes > BRIEF) {
        return None;
    }
    let words: Vec<Name> = container.command.iter().chain(&container.args).cloned().collect();
    command(&words)
}

/// What answers in a container: its image's app, unless its command does something else.
pub fn serves(container: &Container) -> Option<&'static Image> {
    let image = image(&container.image);
    (image.app != App::Silent && course(container).is_none()).then_some(image)
}

/// What a container takes to stop when asked politely; `None` where it ignores the signal, as a shell does that is the
/// first process of its container and sets no trap.
pub fn stopping(container: &Container, usual: Span) -> Option<Span> {
    if let Some(course) = course(container) {
        return course.heeds_signals.then_some(BRIEF);
    }
    match image(&container.image) {
        Image { name: "", .. } => Some(usual),
        image => image.stop,
    }
}

/// Programs of the images that consist of little else, besides those of [`script`].
const PROGRAMS: [&str; 14] =
    ["sh", "ash", "bash", "dig", "nslookup", "host", "wget", "nc", "httpd", "ping", "env", "hostname", "vi", "top"];

/// Whether a container's program exists; the runtime's words where it does not. Known only of images without programs of
/// their own: any other image is believed to have what it is told to run.
pub fn program(container: &Container) -> Result<(), String> {
    let bare = image(&container.image);
    let Some(word) = container.command.first().or(container.args.first()).filter(|_| bare.exits.is_some() && bare.app == App::Silent)
    else {
        return Ok(());
    };
    let name = word.rsplit('/').next().unwrap_or(word);
    if PROGRAMS.contains(&name) || script::knows(name) {
        return Ok(());
    }
    let why = match word.contains('/') {
        true => format!("stat {word}: no such file or directory"),
        false => "executable file not found in $PATH".to_owned(),
    };
    Err(format!(
        "failed to create containerd task: failed to create shim task: OCI runtime create failed: runc create failed: unable to start \
         container process: error during container init: exec: \"{word}\": {why}"
    ))
}

/// Why an image's name is no name; `None` for good ones. Upstream: distribution/reference.
pub fn invalid_name(name: &str) -> Option<String> {
    let repository = name.split(['@', ':']).next().unwrap_or_default();
    let wrong = |why: &str| Some(format!("couldn't parse image name \"{name}\": invalid reference format{why}"));
    if name.contains(char::is_whitespace) || repository.is_empty() || repository.ends_with('/') {
        return wrong("");
    }
    let path = repository.split_once('/').map_or(repository, |(_, path)| path);
    if path.bytes().any(|b| b.is_ascii_uppercase()) { wrong(&format!(": repository name ({path}) must be lowercase")) } else { None }
}

/// True where the image cannot be pulled: its name contains `broken`.
pub fn is_broken(name: &str) -> bool {
    name.contains("broken")
}

/// What an image weighs, in bytes. So many of them as pods have containers stay together below the 23 MB from which
/// upstream's ImageLocality counts what a node has already: its score is the same on every node, and needs no reckoning.
pub const SIZE: u64 = 2_000_000;

#[cfg(test)]
mod tests {
    use super::*;

    /// Upstream: minThreshold in plugins/imagelocality.
    #[test]
    fn images_are_too_small_to_draw_pods_to_where_they_are() {
        assert!((1..=11).all(|containers| containers * SIZE <= 23 << 20));
    }

    #[test]
    fn found_by_name_with_tag_registry_and_digest() {
        for name in ["luksa/kubia-pet", "luksa/kubia-pet:v2", "docker.io/luksa/kubia-pet@sha256:00"] {
            assert_eq!(image(name).app, App::Pet, "{name}");
        }
        assert_eq!(image("localhost:5000/x").app, App::Silent);
        assert!(is_broken("luksa/kubia-broken:v1"));
    }
}
