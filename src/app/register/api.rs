//! Rows of the register: API machinery, and the kinds that are served. Upstream: staging/src/k8s.io/apiserver, apimachinery,
//! pkg/controller/garbagecollector.

use super::{Row, fully, left_out, simplified};

/// API machinery.
pub const API: &[Row] = &[
    fully(
        "Resource versions are one counter that each write raises; what does not change is not written.",
        &["what_does_not_change_is_not_written", "whatever_is_done_the_rules_hold"],
    ),
    fully("Stale writers are refused.", &["who_read_an_older_version_may_not_write"]),
    fully("Generation counts what is asked for, not what is reported.", &["generations_count_what_is_asked_for_not_what_is_reported"]),
    fully(
        "Generated names, refusal of taken ones, preconditions of a delete.",
        &["generated_names_are_distinct_and_taken_ones_refused", "a_namesake_is_not_deleted_in_place_of_another"],
    ),
    fully(
        "Background, foreground and orphan deletion; dependants without an owner are collected.",
        &[
            "in_the_background_the_owner_goes_first",
            "in_the_foreground_the_owner_waits_for_its_dependants",
            "orphans_stay_and_forget_their_owner",
            "who_names_an_owner_that_never_was_is_collected",
            "an_owner_that_is_named_later_and_is_not_there_takes_the_object_along",
        ],
    ),
    fully(
        "Every manifest must read as the published type of its kind; unknown fields are named.",
        &["unknown_fields_are_named_with_their_path", "wrong_types_are_told_as_go_tells_them"],
    ),
    fully(
        "Every object printed as JSON reads back as the published type of its kind, unchanged.",
        &["what_is_printed_reads_as_the_published_types"],
    ),
    fully(
        "Strategic, merge and JSON patches, and the three-way patch of apply.",
        &[
            "strategic_patches_merge_lists_by_their_keys",
            "merge_patches_replace_lists",
            "applying_keeps_what_others_wrote_and_removes_what_the_file_dropped",
        ],
    ),
    fully("Label and field selectors, with their refusals.", &["read_and_match", "refused_in_upstreams_words", "selected_by_field"]),
    simplified(
        "Validation.",
        "Of the kinds with behaviour, field by field in upstream's order and words; affinity, security contexts, rare volumes and kinds \
         without behaviour are checked for their type only. A StatefulSet's template is looked at as a ReplicaSet's is, not first with its pods.",
    ),
    simplified(
        "Warnings about what is taken.",
        "Those about volumes, claims, classes, services and names; of a pod's and a template's all but those about annotations, overhead, \
         overlapping files and ports, and doubled aliases and pull secrets.",
    ),
    fully(
        "Events: counted up, combined from the tenth message of a reason on, held back after 25 about one object, kept for an hour.",
        &[
            "identical_events_are_one_that_counts",
            "the_tenth_similar_event_is_combined",
            "who_says_too_much_about_an_object_is_not_heard",
            "events_are_forgotten_an_hour_after_their_last_word",
        ],
    ),
    simplified("Series of the scheduler's events: written when they begin, every half hour, and at their end.", "Written when they begin."),
    fully(
        "Deleting a namespace deletes what is in it, pods first; nothing new enters it.",
        &["a_namespace_stays_until_its_pods_and_then_the_rest_are_gone", "nothing_new_enters_a_namespace_that_goes"],
    ),
    simplified(
        "managedFields and server-side apply.",
        "What is applied is merged; whose fields are whose is not kept, so nothing conflicts.",
    ),
    left_out(
        "Authentication, authorisation, admission webhooks, quotas, custom resources, API priority.",
        "Whoever types may do everything.",
    ),
    left_out("Serving HTTP to real clients, watches over the wire, paging.", "Not served by this version."),
];

/// Kinds.
pub const KINDS: &[Row] = &[
    fully("Pod", &["sts_lifecycle", "status_words"]),
    fully("Service", &["a_new_service_prints_as_the_real_one"]),
    fully("Deployment", &["a_roll_out_keeps_within_its_bounds"]),
    fully("ReplicaSet", &["rs_shared_claim"]),
    fully("StatefulSet", &["sts_lifecycle"]),
    fully("DaemonSet", &["a_pod_on_every_node_that_can_have_it"]),
    fully("ControllerRevision", &["going_back_reuses_the_revision"]),
    fully("PersistentVolumeClaim", &["a_new_volume_becomes_available_and_binds_in_four_writes"]),
    fully("PersistentVolume", &["what_becomes_of_a_released_volume"]),
    fully("StorageClass", &["a_class_makes_a_volume_and_takes_it_away_again"]),
    fully("VolumeAttachment", &["attachments_are_named_by_what_they_join"]),
    fully(
        "Endpoints",
        &["who_stands_in_a_subset", "a_thousand_addresses_are_enough", "a_service_has_its_endpoints_object_as_long_as_it_lives"],
    ),
    fully("EndpointSlice", &["a_slice_prints_as_the_recorded_one"]),
    fully("Node", &["a_dead_nodes_timeline"]),
    fully("Namespace", &["each_namespace_gets_its_service_account_and_certificate", "some_namespaces_cannot_be_deleted"]),
    simplified("Lease", "One a node; renewed beside the record. Others are stored."),
    simplified("Event", "core/v1 only, as which the newer kind is shown too."),
    simplified("ConfigMap", "Stored and printed; variables are taken from it, anew at each look; mounts show no files."),
    simplified("Secret", "Stored and printed; variables are taken from it, anew at each look; mounts show no files."),
    simplified("CSIDriver", "Only its attachRequired is asked."),
    simplified("VolumeAttributesClass", "Stored; claims keep its name."),
    simplified("ServiceAccount", "Stored; `default` is there in each namespace; no tokens."),
    fully("PriorityClass", &["pods_get_the_priority_of_their_class"]),
    simplified("CSINode", "None is made by itself; the counts of one that is written are limits."),
    fully("PodDisruptionBudget", &["counts_follow_the_budget_and_the_scale"]),
];
