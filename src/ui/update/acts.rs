//! The command lines that keys stand for, said of what is selected.

use crate::api::{Key, Kind, Object, Service};
use crate::scene::Target;
use crate::scene::facts::{Family, Host, Look, Set};
use crate::sim::World;
use crate::ui::actions::Action;
use crate::ui::{Model, Screen, Sight};

/// The lines of an act, or why it cannot be done.
pub fn lines(action: Action, model: &Model, sight: &Sight, screen: &Screen) -> Result<Vec<String>, String> {
    let selected = model.selected.as_ref();
    match action {
        Action::ScaleUp => scale(model, screen, 1),
        Action::ScaleDown => scale(model, screen, -1),
        Action::Delete => delete(model, screen, "", &[]),
        Action::Force => delete(model, screen, " --force --grace-period=0", &[Look::Leaving, Look::Doubtful]),
        Action::Cable => on_host(screen, selected, |h| if h.cut.is_some() { "reconnect" } else { "disconnect" }),
        Action::Power => on_host(screen, selected, |h| if h.powered { "crash" } else { "boot" }),
        Action::Fail => Ok(pods(model, screen)?.iter().map(|pod| tamper(sight.world, pod)).collect()),
        Action::Logs => Ok(looked_at(model, screen)?.iter().map(|pod| format!("kubectl logs {}{}", pod.name, namespace(pod))).collect()),
        Action::Request => request(model, sight.world, screen),
        Action::Traffic => traffic(model, sight.world, screen),
        Action::Files => files(model, screen),
        Action::Describe => Ok(vec![format!("kubectl describe {}", resource(selected, screen)?)]),
        Action::Yaml => Ok(vec![format!("kubectl get {} -o yaml", resource(selected, screen)?)]),
        other => Err(format!("{other:?} is no act")),
    }
}

/// The sets that an act is about: the selected thing's, or all where twins act together.
fn sets<'s>(model: &Model, screen: &'s Screen) -> Vec<&'s Set> {
    let owned = |s: &&Set| s.family != Family::Loose;
    if model.twin {
        return screen.stage.sets.iter().filter(owned).collect();
    }
    let selected = model.selected.as_ref().and_then(|t| screen.stage.set_of(t));
    let favourite = || screen.stage.sets.iter().filter(owned).max_by_key(|s| s.family);
    selected.or_else(favourite).into_iter().collect()
}

fn scale(model: &Model, screen: &Screen, by: i32) -> Result<Vec<String>, String> {
    let line = |set: &Set| {
        // A ReplicaSet of a Deployment is sized by it: the change would not last.
        let above = screen.stage.above(set);
        let (kind, key) = above.map_or(&set.target, |above| &above.target).object()?;
        let wanted = (above.map_or(set.wanted, |above| above.wanted) + by).max(0);
        Some(format!("kubectl scale {} {}{} --replicas={wanted}", short(kind), key.name, namespace(&key)))
    };
    let lines: Vec<String> = sets(model, screen).into_iter().filter_map(line).collect();
    if lines.is_empty() { Err("no set to scale: select one with Tab".to_owned()) } else { Ok(lines) }
}

/// Deletes what is selected without waiting for it to be gone, so that the next key finds nobody busy.
fn delete(model: &Model, screen: &Screen, how: &str, rather: &[Look]) -> Result<Vec<String>, String> {
    let other = match &model.selected {
        Some(target @ (Target::Claim(_) | Target::Volume(_) | Target::Node(_) | Target::Service(_))) => target.object(),
        _ => None,
    };
    let wait = if how.is_empty() { " --wait=false" } else { "" };
    let line = |kind: Kind, key: &Key| format!("kubectl delete {} {}{}{how}{wait}", short(kind), key.name, namespace(key));
    if let Some((kind, key)) = other {
        return Ok(vec![line(kind, &key)]);
    }
    Ok(chosen(model, screen, rather)?.iter().map(|key| line(Kind::Pod, key)).collect())
}

/// The pods that are looked at or asked: the selected one alone, for nothing is done to its twin.
fn looked_at(model: &Model, screen: &Screen) -> Result<Vec<Key>, String> {
    selected_pod(model, screen).map_or_else(|| pods(model, screen), |pod| Ok(vec![pod]))
}

/// The selected pod, or that of the selected process.
pub fn selected_pod(model: &Model, screen: &Screen) -> Option<Key> {
    match &model.selected {
        Some(Target::Pod(key)) => Some(key.clone()),
        Some(Target::Process(node, uid)) => screen.stage.running(node, *uid).map(|r| r.key.clone()),
        _ => None,
    }
}

/// The pods an act is about: the selected one and, with twins, the other set's in the same place; of a set its first.
fn pods(model: &Model, screen: &Screen) -> Result<Vec<Key>, String> {
    chosen(model, screen, &[])
}

/// The same; of a set rather the first that looks like this.
fn chosen(model: &Model, screen: &Screen, rather: &[Look]) -> Result<Vec<Key>, String> {
    let selected = selected_pod(model, screen);
    let place = selected.as_ref().and_then(|key| {
        let (set, _) = screen.stage.row(key)?;
        set.rows.iter().position(|r| r.key == *key)
    });
    let there = |set: &Set| -> Option<Key> {
        let fits = |look: Look| !matches!(look, Look::Missing | Look::Leaving | Look::Gone);
        let mine = selected.as_ref().filter(|key| set.rows.iter().any(|r| r.key == **key));
        let in_place = || set.rows.get(place?).filter(|r| fits(r.look)).map(|r| r.key.clone());
        let wanted = || set.rows.iter().find(|r| rather.contains(&r.look)).map(|r| r.key.clone());
        mine.cloned().or_else(in_place).or_else(wanted).or_else(|| set.rows.iter().find(|r| fits(r.look)).map(|r| r.key.clone()))
    };
    let keys: Vec<Key> = match (model.twin, &selected) {
        (false, Some(key)) => vec![key.clone()],
        _ => sets(model, screen).into_iter().filter_map(there).collect(),
    };
    if keys.is_empty() { Err("there is no pod for that".to_owned()) } else { Ok(keys) }
}

fn on_host(screen: &Screen, selected: Option<&Target>, verb: fn(&Host) -> &'static str) -> Result<Vec<String>, String> {
    let host = selected.and_then(|t| host_of(screen, t)).or_else(|| favourite_host(screen));
    host.map(|h| vec![format!("{} {}", verb(h), h.name)]).ok_or_else(|| "there is no node for that".to_owned())
}

fn host_of<'s>(screen: &'s Screen, target: &Target) -> Option<&'s Host> {
    match target {
        Target::Node(name) | Target::Process(name, _) => screen.stage.host(name),
        Target::Pod(key) => screen.stage.row(key).and_then(|(_, row)| screen.stage.host(&row.node)),
        Target::Set(..) | Target::Claim(_) | Target::Volume(_) | Target::Service(_) => None,
    }
}

/// Where nothing says which: the one that is cut off, else the last with something running.
fn favourite_host(screen: &Screen) -> Option<&Host> {
    let hosts = &screen.stage.hosts;
    let cut = hosts.iter().find(|h| !h.is_linked());
    cut.or_else(|| hosts.iter().rev().find(|h| !h.running.is_empty())).or(hosts.last())
}

fn tamper(world: &World, pod: &Key) -> String {
    let broken = world.machines().any(|m| m.processes.values().any(|p| p.key == *pod && p.tampered));
    format!("{} {}{}", if broken { "heal" } else { "fail" }, pod.name, namespace(pod))
}

/// A request to what is selected, or to a pod.
fn request(model: &Model, world: &World, screen: &Screen) -> Result<Vec<String>, String> {
    Ok(urls(model, world, screen)?.iter().map(|url| format!("curl -s {url}")).collect())
}

/// Traffic to what is selected, or to a pod; the end of that where it runs already, and of any where nothing is selected.
fn traffic(model: &Model, world: &World, screen: &Screen) -> Result<Vec<String>, String> {
    let running = world.traffic().map(|traffic| &traffic.flow().request.url);
    let wanted = match (&model.selected, running) {
        (None, Some(_)) => None,
        _ => urls(model, world, screen)?.into_iter().next().filter(|url| running != Some(url)),
    };
    Ok(vec![wanted.map_or_else(|| "traffic --stop".to_owned(), |url| format!("traffic {url}"))])
}

/// Where requests to the selected service go, else to a pod through the API server's proxy.
fn urls(model: &Model, world: &World, screen: &Screen) -> Result<Vec<String>, String> {
    if let Some(Target::Service(key)) = &model.selected {
        let port = world.get::<Service>(key).and_then(|s| s.spec.ports.first().map(|p| p.port)).filter(|port| *port != 80);
        let port = port.map(|port| format!(":{port}")).unwrap_or_default();
        let domain = if &*key.namespace == "default" { String::new() } else { format!(".{}", key.namespace) };
        return Ok(vec![format!("http://{}{domain}{port}/", key.name)]);
    }
    let url = |pod: &Key| format!("localhost:8001/api/v1/namespaces/{}/pods/{}/proxy/", pod.namespace, pod.name);
    Ok(looked_at(model, screen)?.iter().map(url).collect())
}

/// The disk of the selected volume or claim, else that of a pod.
fn files(model: &Model, screen: &Screen) -> Result<Vec<String>, String> {
    match &model.selected {
        Some(Target::Volume(name)) => Ok(vec![format!("files {name}")]),
        Some(Target::Claim(key)) => Ok(vec![format!("files pvc/{}", key.name)]),
        _ => Ok(looked_at(model, screen)?.iter().map(|pod| format!("files {}", pod.name)).collect()),
    }
}

/// The selected object, and how kubectl names it.
pub fn edited(model: &Model, sight: &Sight, screen: &Screen) -> Result<(String, Object), String> {
    let (kind, key) = object(model.selected.as_ref(), screen)?;
    let found = sight.world.object(kind, &key).cloned().ok_or_else(|| format!("{} is not on record", key.name))?;
    Ok((format!("{}/{}", short(kind), key.name), found))
}

fn resource(selected: Option<&Target>, screen: &Screen) -> Result<String, String> {
    let (kind, key) = object(selected, screen)?;
    Ok(format!("{} {}{}", short(kind), key.name, namespace(&key)))
}

/// Kind and key of the selected object; of a process those of its pod.
fn object(selected: Option<&Target>, screen: &Screen) -> Result<(Kind, Key), String> {
    let nothing = || "nothing is selected: Tab, the arrows or the mouse select".to_owned();
    let target = selected.ok_or_else(nothing)?;
    let of_process = || match target {
        Target::Process(node, uid) => screen.stage.running(node, *uid).map(|r| (Kind::Pod, r.key.clone())),
        _ => None,
    };
    target.object().or_else(of_process).ok_or_else(nothing)
}

/// The shortest name that kubectl takes for a kind.
fn short(kind: Kind) -> &'static str {
    kind.info().aliases.last().copied().unwrap_or(kind.info().plural)
}

fn namespace(key: &Key) -> String {
    if key.namespace.is_empty() || &*key.namespace == "default" { String::new() } else { format!(" -n {}", key.namespace) }
}
