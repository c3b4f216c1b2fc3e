//! Rows of the register: StatefulSets, ReplicaSets, Deployments, DaemonSets and disruption budgets. Upstream:
//! pkg/controller/statefulset, pkg/controller/replicaset, pkg/controller/deployment, pkg/controller/daemon,
//! pkg/controller/disruption.

use super::{Row, fully, left_out, simplified};

/// pkg/controller/statefulset.
pub const STATEFULSET: &[Row] = &[
    fully(
        "Names, hostnames, subdomains, identity labels and claim names follow set, template and ordinal.",
        &["names_and_labels_follow_template_set_and_ordinal", "sts_lifecycle"],
    ),
    fully(
        "OrderedReady: a pod is made when all below it are running, ready, available and not terminating.",
        &["each_pod_waits_for_the_one_before", "whatever_is_done_the_rules_hold"],
    ),
    fully(
        "Scale-down takes the highest ordinal, and the next when that object is gone.",
        &["the_highest_goes_first_and_the_next_when_it_is_gone", "whatever_is_done_the_rules_hold"],
    ),
    fully(
        "An unready pod in range blocks a scale-down; an unready condemned pod goes only where all below it are well.",
        &["an_unready_pod_holds_a_scale_down_up"],
    ),
    fully(
        "A name is used again only when its pod's object is gone: a pod that is stuck Terminating freezes the set.",
        &["a_pod_comes_back_only_when_it_is_surely_gone", "sts_node_lost"],
    ),
    fully(
        "Failed and succeeded pods are deleted and made again.",
        &["a_pod_that_has_ended_is_deleted_and_made_anew", "a_set_does_not_see_its_own_failed_pod_going"],
    ),
    fully(
        "Claims are made before their pod; a claim that is being deleted holds the pod back, with its event.",
        &["no_pod_is_made_on_a_claim_that_is_going"],
    ),
    fully(
        "RollingUpdate: the highest outdated pod first, one at a time, waiting until it is available; partition.",
        &["from_the_highest_down_to_the_partition", "rolling_update"],
    ),
    fully(
        "A roll-out that never becomes ready is stuck, also after its template is set back.",
        &["a_stuck_roll_out_needs_a_hand_where_pods_are_ordered"],
    ),
    fully("OnDelete replaces nothing by itself.", &["on_delete"]),
    fully(
        "A pod that is made again gets the revision of its side of the partition.",
        &["what_is_deleted_comes_back_at_the_revision_of_its_side_of_the_partition"],
    ),
    fully(
        "ControllerRevisions: reuse on going back, history limit, status.currentRevision and updateRevision.",
        &[
            "going_back_reuses_the_revision",
            "revisions_that_nobody_is_at_are_forgotten_beyond_the_limit",
            "a_roll_out_is_over_when_current_is_update",
        ],
    ),
    fully("The hash in a revision's name, computed over the bytes that Go writes.", &["rolling_update", "on_delete", "adoption"]),
    fully(
        "An adopted pod gets the claims that its set asks for, and cannot mount them.",
        &["an_adopted_pod_gets_its_claims_and_cannot_mount_them"],
    ),
    fully(
        "minReadySeconds: a pod counts as available that much later, and the roll-out waits for it.",
        &["a_roll_out_waits_until_a_pod_has_been_ready_for_long_enough"],
    ),
    fully(
        "persistentVolumeClaimRetentionPolicy through owner references on claims, also where it is changed later.",
        &[
            "who_owns_a_claim_and_what_is_left_of_it",
            "a_policy_that_is_changed_later_changes_the_owners",
            "a_claim_with_another_manager_is_left_to_it",
        ],
    ),
    fully("Another first ordinal makes and removes pods.", &["another_first_ordinal_makes_some_pods_and_removes_others"]),
    fully(
        "Its end in the foreground counts its pods down; in the background they go together; orphans are found again.",
        &[
            "in_the_foreground_its_pods_are_counted_down_before_the_set_goes",
            "in_the_background_all_pods_go_together_and_claims_stay",
            "a_set_that_is_made_again_finds_the_revision_it_had",
            "adoption",
        ],
    ),
    fully(
        "Adoption of matching orphans of the right name, release of pods that match no longer.",
        &[
            "pods_that_were_left_behind_are_adopted_as_they_are",
            "a_pod_that_no_longer_matches_is_released_and_keeps_its_name_taken",
            "an_orphan_whose_name_is_another_sets_is_left_alone",
        ],
    ),
    fully("Fields that may change, and the refusal of all others.", &["what_a_set_may_not_change"]),
    fully(
        "apps/v1beta1 and apps/v1beta2 manifests get the defaults of their version.",
        &["update_strategy_by_version", "manifests_of_the_books_time_get_their_defaults"],
    ),
    simplified(
        "A real API server refuses apps/v1beta1: no matches for kind \"StatefulSet\".",
        "Manifests of the book's time are read, with a notice, so that they can be tried as printed.",
    ),
    left_out("maxUnavailable.", "Its gate is off by default in v1.36, and the field is dropped as it is there."),
    fully("Parallel: batches of 1, 2, 4, …; a refusal ends the round after its batch.", &["a_refusal_ends_a_burst_with_its_batch"]),
    fully(
        "Retry of a failed sync with exponential back-off from 5 ms to 1000 s; a status that cannot be is refused.",
        &[
            "a_pod_that_no_longer_matches_is_released_and_keeps_its_name_taken",
            "a_set_that_finds_pods_of_another_template_never_counts_fewer_than_none",
        ],
    ),
];

/// pkg/controller/replicaset.
pub const REPLICASET: &[Row] = &[
    fully(
        "A pod that begins to terminate, fails or succeeds is replaced at once.",
        &["a_pod_that_is_going_is_replaced_at_once", "an_end_by_itself_is_made_good"],
    ),
    fully(
        "Which pods go first when there are too many: unscheduled, pending, not ready, deletion cost, crowded node, ready for a shorter \
         time, restarts of containers and sidecars, younger.",
        &["each_criterion_decides_where_those_before_are_equal", "the_fuller_node_loses_one"],
    ),
    simplified(
        "Of two pods that have been ready for about as long, the one with the smaller UID goes first.",
        "Restarts and age are looked at before: upstream's comparison is no total order there.",
    ),
    fully(
        "Adoption and release by labels.",
        &["an_orphan_that_matches_is_adopted_and_may_be_too_many", "a_pod_that_no_longer_matches_is_released_and_replaced"],
    ),
    fully(
        "Status counts, and availability after minReadySeconds.",
        &["pods_become_available_one_by_one_and_time_goes_on_meanwhile", "a_pod_becomes_available_beside_one_that_never_does"],
    ),
    fully(
        "All pods may share one claim; on a lost node pods are replaced at their eviction.",
        &["a_pod_on_a_dead_node_is_replaced_when_it_is_evicted", "rs_shared_claim"],
    ),
    fully(
        "Creates in batches of 1, 2, 4, …, at most 500 a sync; the rest is skipped after a failure and tried again later.",
        &["what_is_refused_is_tried_again_later_and_later"],
    ),
    simplified(
        "Expectations: a sync waits until its own writes have been observed.",
        "Controllers here read the record itself, so there is nothing to wait for.",
    ),
];

/// pkg/controller/deployment.
pub const DEPLOYMENT: &[Row] = &[
    fully(
        "A ReplicaSet a template, with its hash in name, labels and selector; a taken name is avoided by the collision count.",
        &["a_replica_set_is_made_for_the_template", "a_name_that_is_taken_is_avoided_by_a_greater_count"],
    ),
    fully(
        "RollingUpdate within maxSurge and maxUnavailable, with their rounding.",
        &["a_roll_out_keeps_within_its_bounds", "surge_is_rounded_up_and_unavailable_down", "at_any_time_a_roll_out_keeps_its_promise"],
    ),
    fully("Recreate: no new pod before the last old one is gone.", &["recreate_waits_until_the_old_pods_are_gone"]),
    fully(
        "Conditions Progressing and Available; a roll-out without progress times out after progressDeadlineSeconds.",
        &["a_broken_image_stops_a_roll_out_and_the_deadline_says_so", "a_condition_keeps_its_transition_until_its_status_turns"],
    ),
    fully("Scaling during a roll-out is shared in proportion.", &["what_is_added_during_a_roll_out_is_shared_in_proportion"]),
    fully("Pause and resume.", &["a_paused_deployment_scales_and_does_not_roll"]),
    fully(
        "Revisions of templates, going back, history limit.",
        &["an_old_template_gets_the_next_revision", "sets_beyond_the_history_limit_are_deleted", "a_deployment_goes_back_and_forth"],
    ),
    fully("Its end takes its sets along; orphaned sets are adopted.", &["its_end_is_its_sets_and_pods_end_unless_they_are_orphaned"]),
    simplified(
        "The hash in a ReplicaSet's name is FNV over Go's dump of the template.",
        "So it is here, but for templates with affinities, containers' security contexts, rarer volumes and the like: their names look \
         alike and are stable, but are not those of a real cluster.",
    ),
    simplified("In the last second before the deadline a deployment is looked at over and over.", "It is looked at one second after it."),
    left_out("podReplacementPolicy.", "Its gate is off by default in v1.36."),
];

/// pkg/controller/daemon.
pub const DAEMONSET: &[Row] = &[
    fully(
        "A pod on each node that selector, affinity and taints allow; daemons tolerate cordons and silent nodes.",
        &["a_pod_on_every_node_that_can_have_it", "taints_and_selectors_decide_about_nodes", "a_daemon_stays_where_others_are_driven_away"],
    ),
    fully(
        "RollingUpdate within maxUnavailable, OnDelete, revisions and going back.",
        &["a_new_template_reaches_one_node_after_the_other", "a_broken_template_stops_at_the_first_node", "on_delete_and_failed_pods"],
    ),
    simplified("maxSurge.", "Stored; a pod always goes before its successor comes."),
    simplified("A failed daemon is deleted after a pause that grows.", "It is deleted at once."),
];

/// pkg/controller/disruption and the eviction subresource.
pub const DISRUPTION: &[Row] = &[
    fully(
        "Eviction is refused where a disruption budget would be violated, and spends the budget where it is not.",
        &[
            "evictions_are_let_through_until_the_budget_is_spent",
            "two_budgets_are_one_too_many",
            "a_budget_that_was_not_looked_at_yet_refuses",
        ],
    ),
    fully("unhealthyPodEvictionPolicy.", &["an_unready_pod_goes_by_policy"]),
    fully(
        "Status of a PodDisruptionBudget: expected, healthy, desired, allowed, from numbers, shares and the managers' scale.",
        &[
            "counts_follow_the_budget_and_the_scale",
            "a_budget_without_pods_says_so_and_allows_nothing",
            "a_pod_without_a_known_manager_makes_a_share_unknowable",
        ],
    ),
    fully(
        "DisruptionTarget is taken back where the pod is not deleted within two minutes.",
        &["a_target_that_is_not_deleted_is_no_target_after_two_minutes"],
    ),
];
