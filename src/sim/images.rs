//! Images are small declared behaviours: how long they take to start and stop, what they serve, what they write.

use crate::api::Span;
use crate::api::pod::Container;

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
    "luksa/kubia"            Kubia           8080 start 100 stop Some(Span(900)), exits None, "answers with its host name";
    "luksa/kubia-pet"        Pet             8080 start 100 stop Some(Span(900)), exits None, "keeps what is posted in /var/data/kubia.txt";
    "luksa/kubia-pet-peers"  PetPeers        8080 start 100 stop Some(Span(900)), exits None, "keeps what is posted, and asks its peers for theirs";
    "podyard/directory-picker" DirectoryPicker 8080 start 100 stop Some(Span(900)), exits None, "takes the first free directory of a shared volume";
    "nginx"                  Web             80   start 100 stop Some(Span(300)), exits None, "a web server";
    "httpd"                  Web             80   start 100 stop Some(Span(300)), exits None, "a web server";
    "registry.k8s.io/e2e-test-images/agnhost" Web 80 start 100 stop Some(Span(300)), exits None, "a web server for tests";
    "busybox"                Silent          0    start 20  stop None,            exits Some((Span(50), 0)), "a shell: ends at once where it is given nothing to do";
    "tutum/dnsutils"         Silent          0    start 20  stop None,            exits Some((Span(50), 0)), "dig and friends";
    "registry.k8s.io/build-image/debian-base" Silent 0 start 20 stop None, exits Some((Span(3000), 0)), "the recycler: empties the volume at /scrub and ends";
    ""                       Silent          0    start 100 stop Some(Span(900)), exits None, "runs and is ready; serves nothing";
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

/// After how long a container ends by itself and with which code, as its image or its command has it; `None` for servers.
/// Of commands `sleep`, `true`, `false` and `exit` in a shell are understood; others do what the image does.
pub fn plan(image: &Image, container: &Container) -> Option<(Span, i32)> {
    let all = container.command.iter().chain(&container.args).flat_map(|w| w.split([' ', ';', '&']));
    // What comes before `||` succeeds here, so what comes after is not run.
    let words: Vec<&str> = all.filter(|w| !w.is_empty()).take_while(|w| *w != "||").collect();
    let after = |word: &str| words.iter().position(|w| *w == word).and_then(|i| words.get(i + 1)).copied();
    if words.is_empty() {
        return image.exits;
    }
    let slept = after("sleep").map(|n| n.trim_end_matches('s').parse::<i64>().map(Span::secs));
    let code = after("exit").and_then(|n| n.parse().ok()).or(words.contains(&"false").then_some(1));
    match (slept, code) {
        (Some(Err(_)), _) => None,
        (Some(Ok(span)), code) => Some((span, code.unwrap_or(0))),
        (None, Some(code)) => Some((BRIEF, code)),
        (None, None) => image.exits,
    }
}

/// How long a command that does nothing much takes.
const BRIEF: Span = Span::millis(50);

/// True where the image cannot be pulled: its name contains `broken`.
pub fn is_broken(name: &str) -> bool {
    name.contains("broken")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn found_by_name_with_tag_registry_and_digest() {
        for name in ["luksa/kubia-pet", "luksa/kubia-pet:v2", "docker.io/luksa/kubia-pet@sha256:00"] {
            assert_eq!(image(name).app, App::Pet, "{name}");
        }
        assert_eq!(image("localhost:5000/x").app, App::Silent);
        assert!(is_broken("luksa/kubia-broken:v1"));
    }
}
