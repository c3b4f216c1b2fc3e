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
    /// What it weighs, in bytes.
    pub size: i64,
    /// What it is, in one sentence.
    pub words: &'static str,
}

macro_rules! images {
    ($($name:literal $app:ident $port:literal start $start:literal stop $stop:expr, exits $exits:expr, size $size:literal, $words:literal;)*) => {
        /// The table of images. The last row is what an unknown image does. Sizes are those of the packed layers, which is what
        /// containerd tells, rounded to the million; the book's images are made from node:7, an unknown one is of a middling size.
        pub static IMAGES: &[Image] = &[$(Image {
            name: $name, app: App::$app, port: $port, startup: Span($start), stop: $stop, exits: $exits, size: $size, words: $words,
        }),*];
    };
}

images! {
    "luksa/kubia"            Kubia           8080 start 100 stop Some(Span(500)), exits None, size 251_000_000, "answers with its host name";
    "luksa/kubia-pet"        Pet             8080 start 100 stop Some(Span(500)), exits None, size 251_000_000, "keeps what is posted in /var/data/kubia.txt";
    "luksa/kubia-pet-peers"  PetPeers        8080 start 100 stop Some(Span(500)), exits None, size 251_000_000, "keeps what is posted, and asks its peers for theirs";
    "podyard/directory-picker" DirectoryPicker 8080 start 100 stop Some(Span(4000)), exits None, size 251_000_000, "takes the first free directory of a shared volume";
    "nginx"                  Web             80   start 100 stop Some(Span(300)), exits None, size 72_000_000, "a web server";
    "httpd"                  Web             80   start 100 stop Some(Span(300)), exits None, size 58_000_000, "a web server";
    "registry.k8s.io/e2e-test-images/agnhost" Web 80 start 100 stop Some(Span(300)), exits None, size 51_000_000, "a web server for tests";
    "busybox"                Silent          0    start 20  stop None,            exits Some((Span(50), 0)), size 2_000_000, "a shell: ends at once where it is given nothing to do";
    "tutum/dnsutils"         Silent          0    start 20  stop None,            exits Some((Span(50), 0)), size 71_000_000, "dig and friends";
    "registry.k8s.io/build-image/debian-base" Silent 0 start 20 stop None, exits Some((Span(3000), 0)), size 21_000_000, "the recycler: empties the volume at /scrub and ends";
    ""                       Silent          0    start 100 stop Some(Span(500)), exits None, size 60_000_000, "runs and is ready; serves nothing";
}

/// What an image does, by its name with or without tag and digest.
pub fn image(name: &str) -> &'static Image {
    let (bare, _) = parts(name);
    let bare = bare.strip_prefix("docker.io/").map_or(bare, |path| path.strip_prefix("library/").unwrap_or(path));
    let unknown = &IMAGES[IMAGES.len() - 1];
    IMAGES.iter().find(|image| image.name == bare).unwrap_or(unknown)
}

/// An image's name without tag and digest, and the tag or digest with its sign; empty where there is none.
fn parts(name: &str) -> (&str, &str) {
    let (whole, digest) = name.find('@').map_or((name, ""), |at| name.split_at(at));
    let tag = whole.rfind(':').filter(|at| !whole[*at..].contains('/')).unwrap_or(whole.len());
    (&whole[..tag], if digest.is_empty() { &whole[tag..] } else { digest })
}

/// The registry of images that name none.
const DOCKER_HUB: &str = "docker.io";

/// An image's repository and its whole name, as the runtime has them: with a registry, and with a tag where there is no
/// digest. Upstream: distribution/reference, ParseDockerRef.
pub fn reference(name: &str) -> (String, String) {
    let (bare, version) = parts(name);
    let is_registry = |first: &str| first.bytes().any(|b| matches!(b, b'.' | b':')) || first == "localhost";
    let (registry, path) = bare.split_once('/').filter(|(first, _)| is_registry(first)).unwrap_or((DOCKER_HUB, bare));
    let official = if registry == DOCKER_HUB && !path.contains('/') { "library/" } else { "" };
    let repository = format!("{registry}/{official}{path}");
    let whole = format!("{repository}{}", if version.is_empty() { ":latest" } else { version });
    (repository, whole)
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

#[cfg(test)]
mod tests {
    use super::*;

    /// Upstream: distribution/reference, normalize_test.go.
    #[test]
    fn the_runtime_calls_an_image_by_its_whole_name() {
        for (name, repository, whole) in [
            ("nginx", "docker.io/library/nginx", "docker.io/library/nginx:latest"),
            ("docker.io/nginx:1", "docker.io/library/nginx", "docker.io/library/nginx:1"),
            ("luksa/kubia:v2", "docker.io/luksa/kubia", "docker.io/luksa/kubia:v2"),
            ("registry.k8s.io/pause:3.10", "registry.k8s.io/pause", "registry.k8s.io/pause:3.10"),
            ("localhost:5000/x", "localhost:5000/x", "localhost:5000/x:latest"),
            ("docker.io/luksa/kubia@sha256:00", "docker.io/luksa/kubia", "docker.io/luksa/kubia@sha256:00"),
            ("luksa/kubia:v2@sha256:00", "docker.io/luksa/kubia", "docker.io/luksa/kubia@sha256:00"),
        ] {
            assert_eq!(reference(name), (repository.to_owned(), whole.to_owned()), "{name}");
        }
    }

    #[test]
    fn found_by_name_with_tag_registry_and_digest() {
        for name in ["luksa/kubia-pet", "luksa/kubia-pet:v2", "docker.io/luksa/kubia-pet@sha256:00"] {
            assert_eq!(image(name).app, App::Pet, "{name}");
        }
        assert_eq!(image("docker.io/library/nginx:1.29").app, App::Web);
        assert_eq!(image("localhost:5000/x").app, App::Silent);
        assert!(is_broken("luksa/kubia-broken:v1"));
    }
}
