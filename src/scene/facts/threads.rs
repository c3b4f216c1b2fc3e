//! What belongs together: each pod with its owner, claims, volumes, node and processes; each process with its machine;
//! each service with the pods that answer for it. Only what runs through the thing that is asked for is put together.

use super::{Host, Offer, Row, Running, Set, Stage};
use crate::api::Key;
use crate::scene::target::Target;
use std::collections::HashSet;

/// Things that belong together.
pub type Thread = HashSet<Target>;

impl Stage {
    /// True where the thing is there to be selected.
    pub fn has(&self, target: &Target) -> bool {
        match target {
            Target::Set(..) => self.sets.iter().any(|set| set.target == *target) || self.deployment(target).is_some(),
            Target::Node(name) => self.host(name).is_some() || self.rows().any(|(_, row)| row.node == *name),
            Target::Process(node, uid) => self.running(node, *uid).is_some(),
            Target::Service(key) => self.offers.iter().any(|offer| offer.key == *key),
            Target::Pod(key) => {
                let answers = |offer: &Offer| offer.ready.contains(key);
                self.rows().any(|(_, row)| row.has(target))
                    || self.processes().any(|(_, r)| r.key == *key)
                    || self.offers.iter().any(answers)
            }
            Target::Claim(_) | Target::Volume(_) => {
                self.rows().any(|(_, row)| row.has(target)) || self.spares.iter().any(|spare| spare.target == *target)
            }
        }
    }
    /// Everything that belongs to what a thing belongs to.
    pub fn threads_through(&self, target: &Target) -> Thread {
        let of_process = match target {
            Target::Process(node, uid) => self.running(node, *uid).map(|running| &running.key),
            _ => None,
        };
        let within = |set: &Set, row: &Row| row.has(target) || self.owns(set, target) || of_process == Some(&row.key);
        let mut thread = self.threads_of(within, |host, running| running_has(host, running, target));
        for offer in &self.offers {
            let service = Target::Service(offer.key.clone());
            let of_pod = matches!(target, Target::Pod(key) if offer.ready.contains(key));
            if service == *target {
                thread.extend(offer.ready.iter().cloned().map(Target::Pod));
            }
            if of_pod || service == *target {
                thread.extend([service, target.clone()]);
            }
        }
        if self.spares.iter().any(|spare| spare.target == *target) || matches!(target, Target::Node(name) if self.host(name).is_some()) {
            thread.insert(target.clone());
        }
        thread
    }
    /// Everything that belongs to what has these letters in its name; to a pod also in its state or its node's name.
    pub fn threads_called(&self, letters: &str) -> Thread {
        let letters = letters.to_lowercase();
        let within = |text: &str| text.to_lowercase().contains(&letters);
        let pod = |row: &Row| within(&row.key.name) || within(&row.state) || within(&row.node);
        let stored = |row: &Row| row.claims.iter().any(|claim| within(&claim.key.name) || within(&claim.volume));
        let runs = |host: &Host, running: &Running| within(&host.name) || within(&running.key.name);
        let named: HashSet<&Key> = self.processes().filter(|(host, r)| runs(host, r)).map(|(_, r)| &r.key).collect();
        let stated: HashSet<&Key> = self.rows().filter(|(_, row)| !row.uid.is_nil() && pod(row)).map(|(_, row)| &row.key).collect();
        let row_fits = |_: &Set, row: &Row| stated.contains(&row.key) || stored(row) || named.contains(&row.key);
        let mut thread = self.threads_of(row_fits, |host, running| runs(host, running) || stated.contains(&running.key));
        for offer in &self.offers {
            let service = Target::Service(offer.key.clone());
            let all = within(&offer.key.name);
            let ready = offer.ready.iter().filter(|key| all || within(&key.name) || stated.contains(key));
            let ready: Vec<Target> = ready.cloned().map(Target::Pod).collect();
            if all || !ready.is_empty() {
                thread.insert(service);
                thread.extend(ready);
            }
        }
        let spare = self.spares.iter().filter(|spare| within(&spare.name));
        thread.extend(spare.map(|spare| spare.target.clone()));
        thread
    }

    fn rows(&self) -> impl Iterator<Item = (&Set, &Row)> {
        self.sets.iter().flat_map(|set| set.rows.iter().map(move |row| (set, &**row)))
    }
    fn processes(&self) -> impl Iterator<Item = (&Host, &Running)> {
        self.hosts.iter().flat_map(|host| host.running.iter().map(move |running| (host, running)))
    }
    fn owns(&self, set: &Set, target: &Target) -> bool {
        matches!(target, Target::Set(..)) && (set.target == *target || self.above(set).is_some_and(|above| above.target == *target))
    }
    /// The threads of the rows and of the processes that fit; a row's includes the processes of its name, wherever they run.
    fn threads_of(&self, row_fits: impl Fn(&Set, &Row) -> bool, process_fits: impl Fn(&Host, &Running) -> bool) -> Thread {
        let mut thread = Thread::new();
        let mut names: HashSet<&Key> = HashSet::new();
        for (set, row) in self.rows().filter(|(set, row)| row_fits(set, row)) {
            names.insert(&row.key);
            thread.extend(self.row_thread(set, row));
        }
        for (host, running) in self.processes() {
            let own = process_fits(host, running);
            if own || names.contains(&running.key) {
                thread.insert(Target::Process(host.name.clone(), running.uid));
            }
            if own {
                thread.extend([Target::Node(host.name.clone()), Target::Pod(running.key.clone())]);
                thread.extend(running.set.clone());
            }
        }
        thread
    }
    fn row_thread<'s>(&'s self, set: &'s Set, row: &'s Row) -> impl Iterator<Item = Target> + 's {
        let above = self.above(set).map(|above| above.target.clone());
        let pod = (!row.uid.is_nil()).then(|| Target::Pod(row.key.clone()));
        let node = (!row.node.is_empty()).then(|| Target::Node(row.node.clone()));
        let claims = row.claims.iter().flat_map(|claim| {
            let volume = (!claim.volume.is_empty()).then(|| Target::Volume(claim.volume.clone()));
            [Some(Target::Claim(claim.key.clone())), volume]
        });
        [Some(set.target.clone()), above, pod, node].into_iter().chain(claims).flatten()
    }
}

impl Row {
    /// True where the thing is the row's pod, or the pod's node, claim or volume.
    fn has(&self, target: &Target) -> bool {
        match target {
            Target::Pod(key) => !self.uid.is_nil() && self.key == *key,
            Target::Node(name) => self.node == *name,
            Target::Claim(key) => self.claims.iter().any(|claim| claim.key == *key),
            Target::Volume(name) => self.claims.iter().any(|claim| claim.volume == *name),
            Target::Set(..) | Target::Service(_) | Target::Process(..) => false,
        }
    }
}

/// True where the thing is the process, its machine, its pod or its owner.
fn running_has(host: &Host, running: &Running, target: &Target) -> bool {
    match target {
        Target::Process(node, uid) => running.uid == *uid && host.name == *node,
        Target::Node(name) => host.name == *name,
        Target::Pod(key) => running.key == *key,
        Target::Set(..) => running.set.as_ref() == Some(target),
        Target::Claim(_) | Target::Volume(_) | Target::Service(_) => false,
    }
}
