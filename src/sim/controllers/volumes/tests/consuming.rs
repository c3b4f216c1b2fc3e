//! Claims that wait for their pod, pods that wait for their claims, and claims that grow.

use super::*;
use crate::sim::latency::Latencies;

fn label(world: &mut World, node: &str, zone: &str) {
    let mut node = (**world.get::<Node>(&Key::cluster(node)).unwrap()).clone();
    node.metadata.labels.insert("topology.kubernetes.io/zone", zone);
    world.apply(Act::Request(Request::Update(node.into()))).unwrap();
}

/// A class that waits for its consumer, a claim of it, and a pod that anybody may take.
fn asking(world: &mut World, spec: Value) {
    let mut class = json!({"metadata": {"name": "slow"}, "provisioner": "x", "volumeBindingMode": "WaitForFirstConsumer"});
    class.as_object_mut().unwrap().extend(spec.as_object().unwrap().clone());
    put(world, Kind::StorageClass, class);
    claim(world, "c", json!({"storageClassName": "slow"}));
    pod(world, "p", "c", "");
}

fn node_of(world: &World, pod: &str) -> String {
    world.get::<Pod>(&key(pod)).unwrap().spec.node_name.to_string()
}

#[test]
fn a_pod_is_bound_to_the_node_for_which_its_claim_was_bound() {
    for seed in 1..6 {
        let mut world = World::new(Options { seed, ..Options::default() });
        asking(&mut world, json!({}));
        pass(&mut world, 500);
        assert_eq!(node_of(&world, "p"), "", "not before its claim is bound");
        let chosen = pvc(&world, "c").metadata.annotations.get(SELECTED_NODE).unwrap().to_string();
        put(
            &mut world,
            Kind::Pod,
            json!({"metadata": {"name": "other", "namespace": "default"}, "spec": {"containers": [{"name": "c", "image": "nginx"}]}}),
        );
        pass(&mut world, 5_000);
        assert_eq!(node_of(&world, "p"), chosen);
        assert_ne!(node_of(&world, "other"), chosen, "its seat is taken while it waits");
    }
}

/// Upstream: plugins/volumerestrictions, whose IsPVCUsedByPods counts pods that wait for their volumes too.
#[test]
fn a_claim_of_one_pod_is_taken_by_a_pod_that_waits_for_it() {
    let mut world = world();
    class(&mut world, "slow", "x", "WaitForFirstConsumer", false);
    claim(&mut world, "c", json!({"storageClassName": "slow", "accessModes": ["ReadWriteOncePod"]}));
    ["p", "q"].iter().for_each(|name| pod(&mut world, name, "c", ""));
    pass(&mut world, 5_000);
    let placed = ["p", "q"].map(|name| !node_of(&world, name).is_empty());
    assert_eq!(placed, [true, false]);
    let taken = "node(s) unavailable due to PersistentVolumeClaim with ReadWriteOncePod access mode already in-use by another pod";
    let words = format!("FailedScheduling 0/3 nodes are available: 3 {taken}. ");
    assert!(events(&world, "q").iter().any(|line| line.contains(&words)), "{:?}", events(&world, "q"));
    delete(&mut world, Kind::Pod, "p", Some(0));
    pass(&mut world, 5_000);
    assert_ne!(node_of(&world, "q"), "", "its turn has come");
}

/// Upstream: FindPodVolumes appends a reason for bound claims and one for the others.
#[test]
fn all_that_volumes_have_against_a_node_is_told() {
    let mut world = world();
    class(&mut world, "local", "kubernetes.io/no-provisioner", "WaitForFirstConsumer", false);
    let affinity = json!({"required": {"nodeSelectorTerms": [{"matchExpressions": [
        {"key": "kubernetes.io/hostname", "operator": "In", "values": ["node-2"]}]}]}});
    volume(&mut world, "ssd", json!({"local": {"path": "/ssd"}, "nodeAffinity": affinity}));
    claim(&mut world, "bound", json!({}));
    claim(&mut world, "free", json!({"storageClassName": "local"}));
    pass(&mut world, 200);
    let volumes = json!([{"name": "a", "persistentVolumeClaim": {"claimName": "bound"}}, {"name": "b", "persistentVolumeClaim": {"claimName": "free"}}]);
    let spec = json!({"containers": [{"name": "c", "image": "nginx"}], "volumes": volumes});
    put(&mut world, Kind::Pod, json!({"metadata": {"name": "p", "namespace": "default"}, "spec": spec}));
    pass(&mut world, 100);
    let (far, none) = ("node(s) didn't match PersistentVolume's node affinity", "node(s) didn't find available persistent volumes to bind");
    let words = format!("FailedScheduling 0/3 nodes are available: 2 {far}, 3 {none}. ");
    assert!(events(&world, "p")[0].starts_with(&words), "{:?}", events(&world, "p"));
}

/// Upstream: getPVCExtractPV, and WaitForAttachAndMount, which ends with the errors of the populator.
#[test]
fn a_kubelet_says_what_it_has_against_a_claim() {
    let cannot = |why: &str| {
        let volumes = "unmounted volumes=[data], unattached volumes=[], failed to process volumes=[data]";
        format!("FailedMount Unable to attach or mount volumes: {volumes}: error processing PVC default/c: {why}")
    };
    let mut world = world();
    pod(&mut world, "p", "c", "node-1");
    pass(&mut world, 1_000);
    assert_eq!(events(&world, "p"), [cannot("failed to fetch PVC from API server: persistentvolumeclaims \"c\" not found")]);
    claim(&mut world, "c", json!({}));
    pass(&mut world, 10_000);
    assert!(events(&world, "p").contains(&cannot("PVC is not bound")), "{:?}", events(&world, "p"));
    volume(&mut world, "pv-a", json!({"hostPath": {"path": "/a"}}));
    pass(&mut world, 30_000);
    assert!(world.get::<Pod>(&key("p")).unwrap().is_running_and_ready(), "tried again");
    delete(&mut world, Kind::PersistentVolumeClaim, "c", None);
    pod(&mut world, "late", "c", "node-1");
    pass(&mut world, 1_000);
    assert_eq!(events(&world, "late"), [cannot("PVC is being deleted")]);
}

#[test]
fn patience_with_claims_ends_after_ten_minutes() {
    let mut latencies = Latencies::default();
    latencies.set("provision", Span::mins(20));
    let mut world = World::new(Options { latencies, ..Options::default() });
    asking(&mut world, json!({}));
    pass(&mut world, 599_000);
    assert!(events(&world, "p").is_empty(), "{:?}", events(&world, "p"));
    pass(&mut world, 2_000);
    let words = "FailedScheduling running PreBind plugin \"VolumeBinding\": binding volumes: context deadline exceeded";
    assert_eq!(events(&world, "p"), [words]);
    let told = world.get::<Pod>(&key("p")).unwrap().status.conditions[0].reason.clone();
    assert_eq!(&*told, "SchedulerError", "no node has refused it");
    pass(&mut world, 660_000);
    assert_ne!(node_of(&world, "p"), "", "tried again");
}

#[test]
fn a_deleted_pod_gives_its_seat_back() {
    let mut world = world();
    asking(&mut world, json!({}));
    pass(&mut world, 500);
    delete(&mut world, Kind::Pod, "p", None);
    pass(&mut world, 5_000);
    assert!(world.next_busy().is_none(), "no timer is left behind");
}

#[test]
fn volumes_are_made_where_class_and_node_allow() {
    let mut world = world();
    for (node, zone) in [("node-1", "a"), ("node-2", "b"), ("node-3", "b")] {
        label(&mut world, node, zone);
    }
    let expression = json!({"key": "topology.kubernetes.io/zone", "values": ["a"]});
    asking(&mut world, json!({"allowedTopologies": [{"matchLabelExpressions": [expression]}]}));
    pass(&mut world, 5_000);
    assert_eq!(node_of(&world, "p"), "node-1");
    let name = pvc(&world, "c").spec.volume_name;
    let affinity = pv(&world, &name).spec.node_affinity.unwrap();
    let term = &affinity["required"]["nodeSelectorTerms"][0]["matchExpressions"][0];
    assert_eq!(*term, json!({"key": "topology.kubernetes.io/zone", "operator": "In", "values": ["a"]}));
}

#[test]
fn a_zone_on_a_volume_binds_its_pods() {
    let mut world = world();
    for (node, zone) in [("node-1", "a"), ("node-2", "b"), ("node-3", "b")] {
        label(&mut world, node, zone);
    }
    let spec = json!({"capacity": {"storage": "1Mi"}, "accessModes": ["ReadWriteOnce"], "nfs": {"server": "s", "path": "/"}});
    let labels = json!({"topology.kubernetes.io/zone": "nowhere"});
    put(&mut world, Kind::PersistentVolume, json!({"metadata": {"name": "pv-a", "labels": labels}, "spec": spec}));
    claim(&mut world, "c", json!({}));
    pass(&mut world, 200);
    pod(&mut world, "p", "c", "");
    pass(&mut world, 1_000);
    let said = events(&world, "p");
    assert!(said[0].starts_with("FailedScheduling 0/3 nodes are available: 3 node(s) had no available volume zone."), "{said:?}");
    let before = json!({"failure-domain.beta.kubernetes.io/zone": "a__c"});
    put(&mut world, Kind::PersistentVolume, json!({"metadata": {"name": "pv-b", "labels": before}, "spec": spec}));
    claim(&mut world, "d", json!({}));
    pass(&mut world, 200);
    pod(&mut world, "q", "d", "");
    pass(&mut world, 1_000);
    assert_eq!(node_of(&world, "q"), "node-1", "by the label's earlier name");
}

#[test]
fn a_claim_grows_where_its_class_lets_it() {
    let mut world = world();
    asking(&mut world, json!({"allowVolumeExpansion": true}));
    pass(&mut world, 5_000);
    let mut more = pvc(&world, "c");
    more.spec.resources.requests.insert("storage".into(), crate::api::Quantity::parse("2Mi").unwrap());
    world.apply(Act::Request(Request::Update(more.into()))).unwrap();
    pass(&mut world, 500);
    assert_eq!(&*pvc(&world, "c").status.conditions[0].kind, "Resizing");
    pass(&mut world, 3_000);
    let claim = pvc(&world, "c");
    assert_eq!((claim.status.capacity["storage"].to_string(), claim.status.conditions.len()), ("2Mi".to_owned(), 0));
    assert_eq!(pv(&world, &claim.spec.volume_name).size(), claim.request());
    assert_eq!(&*teller(&world, "c", "ExternalExpanding"), "volume_expand");
    assert_eq!(&*teller(&world, "c", "Resizing"), "external-resizer x");
    let said: Vec<String> = events(&world, "c").iter().filter_map(|line| line.split(' ').next()).map(str::to_owned).collect();
    for reason in ["ExternalExpanding", "Resizing", "FileSystemResizeRequired", "FileSystemResizeSuccessful"] {
        assert!(said.iter().any(|r| r == reason), "{reason} in {said:?}");
    }
}

/// Upstream: the expand controller's syncHandler. Nobody grows a directory, and that no plugin does is no error since v1.29.
#[test]
fn who_is_to_grow_a_volume_is_told() {
    let external = "ExternalExpanding waiting for an external controller to expand this PVC";
    let migrated = "ExternalExpanding CSI migration enabled for kubernetes.io/gce-pd; waiting for external resizer to expand the pvc";
    for (source, words) in [(json!({"hostPath": {"path": "/a"}}), external), (json!({"gcePersistentDisk": {"pdName": "a"}}), migrated)] {
        let mut world = world();
        put(&mut world, Kind::StorageClass, json!({"metadata": {"name": "c"}, "provisioner": "x", "allowVolumeExpansion": true}));
        let mut spec = json!({"storageClassName": "c"});
        spec.as_object_mut().unwrap().extend(source.as_object().unwrap().clone());
        volume(&mut world, "pv-a", spec);
        pass(&mut world, 100);
        claim(&mut world, "c", json!({"storageClassName": "c"}));
        pass(&mut world, 200);
        let mut more = pvc(&world, "c");
        more.spec.resources.requests.insert("storage".into(), crate::api::Quantity::parse("2Mi").unwrap());
        let log = after(&mut world, 500, |w| drop(w.apply(Act::Request(Request::Update(more.into()))).unwrap()));
        assert_eq!(log.iter().filter(|line| line.contains("ExternalExpanding")).collect::<Vec<_>>(), [words]);
    }
}

#[test]
fn a_claim_does_not_grow_without_its_class() {
    let mut world = world();
    volume(&mut world, "pv-a", json!({"hostPath": {"path": "/a"}}));
    claim(&mut world, "c", json!({}));
    pass(&mut world, 200);
    let mut more = pvc(&world, "c");
    more.spec.resources.requests.insert("storage".into(), crate::api::Quantity::parse("2Mi").unwrap());
    let refusal = world.apply(Act::Request(Request::Update(more.into()))).unwrap_err();
    let why = "only dynamically provisioned pvc can be resized and the storageclass that provisions the pvc must support resize";
    assert_eq!(refusal.message, format!("persistentvolumeclaims \"c\" is forbidden: {why}"));
}
