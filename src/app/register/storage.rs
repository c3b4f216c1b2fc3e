//! Rows of the register: claims, volumes, classes, disks. Upstream: pkg/controller/volume, pkg/volume, pkg/kubelet/volumemanager.

use super::{Row, fully, left_out, simplified};

/// Storage.
pub const STORAGE: &[Row] = &[
    fully(
        "Which volume fits a claim: modes, class, selector, size; the smallest; reserved ones first.",
        &["which_volume_fits", "a_user_may_ask_for_a_volume_by_name"],
    ),
    fully(
        "Binding in four writes, and the words of claims that stay Pending.",
        &["a_new_volume_becomes_available_and_binds_in_four_writes", "why_a_claim_stays_pending"],
    ),
    fully("No volume is bound twice, and a bound claim keeps its volume.", &["whatever_is_done_the_rules_hold"]),
    fully("Lost claims.", &["a_bound_claim_can_lose_its_volume"]),
    fully(
        "Default class, also for claims that are older than it.",
        &["a_default_class_reaches_claims_that_are_older", "the_newest_default_class_counts"],
    ),
    fully(
        "Retain, Delete, Recycle and what each leaves.",
        &["what_becomes_of_a_released_volume", "a_retained_volume_is_free_again_once_a_person_clears_its_claim", "gce_recycle"],
    ),
    fully("The recycler pod empties hostPath and NFS volumes.", &["recycling_empties_the_directory_of_the_node_on_which_it_runs"]),
    fully(
        "A claim is kept while scheduled pods refer to it; a bound volume is kept.",
        &["a_claim_is_kept_while_scheduled_pods_refer_to_it", "whatever_is_done_the_rules_hold"],
    ),
    fully(
        "Dynamic provisioning by a class, Immediate and WaitForFirstConsumer; none for a claim with a selector.",
        &[
            "a_class_makes_a_volume_and_takes_it_away_again",
            "the_scheduler_decides_about_claims_that_wait_for_a_consumer",
            "a_driver_makes_no_volume_for_a_selector",
        ],
    ),
    simplified(
        "A storage driver per provisioner.",
        "Every provisioner that is not in-tree makes network disks that any node can attach, after `provision`; one whose name contains `broken` has no driver: its claims wait, and its volumes are not attached. In the provisioner's name as it reports events, host and UUID are left out.",
    ),
    fully(
        "Attach and detach, Multi-Attach errors, force detach after 6 minutes.",
        &[
            "a_second_node_cannot_have_the_disk",
            "a_disk_moves_when_its_pod_does",
            "a_silent_node_keeps_its_disk_for_six_minutes",
            "an_attachment_deleted_by_hand_is_missed_within_a_minute",
        ],
    ),
    fully("What a kubelet has against a claim that is missing, unbound or being deleted.", &["a_kubelet_says_what_it_has_against_a_claim"]),
    simplified(
        "A pod whose volumes are not attached for 2 min 3 s.",
        "It gets a FailedMount event, as it did before v1.27; kubelets since then only log that they wait.",
    ),
    fully("Local volumes pin their pod; hostPath stays with its node.", &["affinity_of_volumes", "disks_by_source"]),
    fully("In-tree cloud volumes are translated to their CSI drivers.", &["drivers"]),
    fully(
        "Generic ephemeral volumes: a claim for the pod that goes with it; one of its name that is another's is not taken.",
        &["a_claim_is_made_for_the_pod_and_goes_with_it", "a_claim_of_that_name_that_is_not_the_pods_is_not_taken"],
    ),
    fully("Cloud disks written into a pod itself are attached too.", &["a_disk_that_pods_name_themselves_is_attached_too"]),
    fully("A claim grows where its class lets it.", &["a_claim_grows_where_its_class_lets_it", "a_claim_does_not_grow_without_its_class"]),
    fully(
        "allowedTopologies and zones: volumes are made where class and node allow, and bind their pods.",
        &["volumes_are_made_where_class_and_node_allow", "a_zone_on_a_volume_binds_its_pods"],
    ),
    fully(
        "A driver's volume that is deleted before its claim has it stays until the claim goes.",
        &["a_volume_deleted_before_its_claim_has_it_goes_with_the_claim"],
    ),
    left_out("Capacity of storage (CSIStorageCapacity).", "A class makes as many volumes as are asked for."),
    fully("Read-only mounts refuse writes.", &["what_is_mounted_for_reading_refuses_writes"]),
    left_out("VolumeAttributesClass, snapshots, cloning, quotas.", "Fields are stored without effect."),
    fully("ReadWriteOncePod, one pod in the cluster.", &["a_claim_of_one_pod_is_taken_by_a_pod_that_waits_for_it"]),
];
