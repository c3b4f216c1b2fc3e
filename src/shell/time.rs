//! Time as a verb: `wait 30s` and `settle`.

use super::job::Task;
use super::voice::Failure;
use crate::api::{Span, Time, age};
use crate::sim::World;

/// How long `settle` goes on at most.
const SETTLE_LIMIT: Span = Span::mins(10);

/// Waits for a moment.
#[derive(Clone, Debug)]
pub struct Pause(Time);

impl Pause {
    /// True once the moment has come.
    pub fn poll(&self, world: &World) -> bool {
        world.now() >= self.0
    }
    /// The moment.
    pub fn until(&self) -> Option<Time> {
        Some(self.0)
    }
}

/// Waits until nothing but signs of life, periodic passes and timers is due.
#[derive(Clone, Debug)]
pub struct Settle {
    limit: Time,
    next: Option<Time>,
}

impl Settle {
    /// True once it is quiet, or its time is up.
    pub fn poll(&mut self, world: &World) -> bool {
        self.next = world.next_busy();
        self.next.is_none() || world.now() >= self.limit
    }
    /// When the next thing happens.
    pub fn until(&self) -> Option<Time> {
        self.next
    }
}

/// `wait 1m30s`.
pub fn wait(world: &World, words: &[String]) -> Result<Task, Failure> {
    let [text] = words else { return Err(Failure { text: "usage: wait DURATION, such as 30s or 1m30s".to_owned(), rc: 2 }) };
    let span =
        age::parse(text).ok_or_else(|| Failure { text: format!("wait: invalid duration {text:?}: write 500ms, 30s or 1m30s"), rc: 2 })?;
    Ok(Task::Pause(Pause(world.now() + span)))
}

/// `settle`.
pub fn settle(world: &World, words: &[String]) -> Result<Task, Failure> {
    if !words.is_empty() {
        return Err(Failure { text: "usage: settle".to_owned(), rc: 2 });
    }
    Ok(Task::Settle(Settle { limit: world.now() + SETTLE_LIMIT, next: None }))
}

#[cfg(test)]
mod tests {
    use crate::shell::{finish, run};
    use crate::sim::{Options, World};

    #[test]
    fn settling_waits_for_a_pod_whose_volume_has_just_come() {
        let manifests = "apiVersion: storage.k8s.io/v1\nkind: StorageClass\nmetadata: {name: standard}\nprovisioner: disk.example.com\n---\n\
            apiVersion: v1\nkind: PersistentVolumeClaim\nmetadata: {name: data}\nspec: {storageClassName: standard, \
            accessModes: [ReadWriteOnce], resources: {requests: {storage: 1Gi}}}\n---\n\
            apiVersion: v1\nkind: Pod\nmetadata: {name: kubia}\nspec:\n  containers: [{name: kubia, image: luksa/kubia}]\n  \
            volumes: [{name: data, persistentVolumeClaim: {claimName: data}}]\n";
        let mut world = World::new(Options::default());
        let mut said = |line: &str, stdin| {
            let turn = run(&mut world, line, stdin);
            finish(&mut world, turn).out
        };
        said("kubectl apply -f -", Some(manifests));
        said("settle", None);
        assert!(said("kubectl get pod kubia", None).contains("1/1     Running"));
    }
}
