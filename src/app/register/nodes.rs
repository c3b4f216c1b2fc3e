//! Rows of the register: nodes and the scheduler. Upstream: pkg/controller/nodelifecycle, tainteviction, podgc, pkg/scheduler.

use super::{Row, fully, left_out, simplified};

/// Nodes.
pub const NODES: &[Row] = &[
    fully(
        "A silent node: NotReady, pods' Ready=False, taints, eviction after 300 s, each at its time.",
        &["a_dead_nodes_timeline", "sts_node_lost"],
    ),
    fully(
        "A node that returns in time keeps its pods; evictions under way are cancelled.",
        &["a_node_that_returns_in_time_keeps_its_pods"],
    ),
    fully(
        "Nodes of a zone are tainted one after the other, by the zone's state; all silent: nobody is evicted.",
        &["nodes_of_a_zone_are_tainted_one_after_the_other", "states_of_zones", "a_whole_cluster_that_falls_silent_is_not_evicted"],
    ),
    fully(
        "Tolerations of NoExecute taints, with and without seconds.",
        &[
            "how_long_pods_put_up_with_a_taint",
            "a_taint_by_hand_evicts_at_once",
            "a_shorter_toleration_does_not_end_a_timer_that_runs",
            "a_further_taint_that_is_not_tolerated_tells_the_pod_again",
            "a_pod_that_goes_before_its_time_is_said_to_be_spared",
        ],
    ),
    fully("What a kubelet tells of its node: conditions that turn, a cordon, a start.", &["a_kubelet_tells_of_its_node"]),
    fully(
        "Pods of a deleted node are collected after a quarantine: marked failed, then deleted, if their set is not faster.",
        &["pods_of_a_deleted_node_are_collected_after_a_quarantine", "a_pod_of_a_deleted_node_is_deleted_by_its_set_too"],
    ),
    simplified(
        "A node controller that starts tells of every node: RegisteredNode.",
        "Of the nodes with which a world begins nothing is said, as if that were long ago; of those that come later it is.",
    ),
    fully(
        "The out-of-service taint frees pods and disks at once.",
        &["an_out_of_service_taint_frees_disk_and_pod_at_once", "the_out_of_service_taint_frees_ending_pods_of_a_dead_node"],
    ),
    fully("cordon is a taint.", &["a_cordon_is_a_taint"]),
    fully(
        "A deleted node's kubelet does not register again until it is restarted; its lease goes with it.",
        &["a_deleted_node_comes_back_when_its_kubelet_is_started", "a_node_that_is_made_anew_by_hand_is_filled_in_by_its_kubelet"],
    ),
    simplified("A node that registers becomes ready some seconds later.", "It is ready at once."),
    simplified(
        "A Node made by hand gets a range for its pods and its ttl annotation from controllers.",
        "It gets neither; all else its kubelet fills in, and pods get addresses of their machine's range.",
    ),
    simplified(
        "Lease renewals are written every 10 s, node status every 5 min.",
        "The time of the last renewal is kept beside the record and put in when a lease is read: a write every 10 s a node would drown the history.",
    ),
    fully(
        "Deletion of the oldest pods that have ended, above the threshold of 12500.",
        &["the_oldest_ended_pods_go_where_there_are_too_many"],
    ),
    fully(
        "A kubelet looks through its images every 30 s and lists the 50 largest of them in its node's status.",
        &[
            "a_kubelet_lists_its_images_when_it_has_looked_through_them",
            "an_image_is_there_under_all_its_names",
            "a_node_that_is_made_anew_lists_what_its_machine_has",
        ],
    ),
    left_out("Garbage collection of images.", "An image that was pulled stays on its machine for ever, whatever the room on its disk."),
    left_out("Memory, disk and process pressure.", "Machines never run short; the taints follow conditions set by hand."),
];

/// The scheduler.
pub const SCHEDULER: &[Row] = &[
    fully(
        "Filters by selector, node affinity, taints, cordon and resources, with their words counted up.",
        &["selectors_taints_and_cordons_leave_the_other_nodes", "refusals_are_counted_up_by_reason", "a_full_node_takes_no_more"],
    ),
    fully(
        "Node affinity by labels and by names; affinity that names nodes asks no others, as for pods of DaemonSets.",
        &["terms_of_node_affinity", "who_names_its_node_asks_no_other", "names_that_exclude_each_other_mean_no_node"],
    ),
    fully(
        "Ports of a node by address and protocol, also of sidecars and on the node's network.",
        &["ports_of_a_node_are_taken_by_address_and_protocol", "on_the_network_of_its_node_a_pod_takes_the_nodes_ports"],
    ),
    fully(
        "What a pod requests: containers, init containers and sidecars at their peak, the pod as a whole, its overhead.",
        &[
            "a_pod_asks_for_what_it_needs_most_at_one_time_and_for_what_it_costs_to_run_it",
            "a_container_that_asks_for_nothing_counts_for_something",
            "other_resources_are_reckoned_alike",
            "what_it_costs_to_run_a_pod_needs_room_too",
        ],
    ),
    fully(
        "Pods that name another scheduler are left alone; pods that are being deleted are skipped, with an event.",
        &["pods_of_another_scheduler_are_left_alone", "a_pod_that_is_being_deleted_is_skipped"],
    ),
    fully("Claims that do not exist, are being deleted or are not bound hold a pod back.", &["claims_that_are_not_there_or_not_bound"]),
    fully("Default spreading over nodes and zones.", &["a_sets_pods_spread_over_the_nodes", "a_zone_is_as_full_as_all_its_nodes"]),
    fully(
        "Scores: least allocated, balanced allocation, soft taints, preferred nodes, preferred neighbours on both sides; their weights.",
        &[
            "room_is_what_is_left_and_how_evenly_it_is_used",
            "taints_and_wishes_are_scaled_to_the_most_there_is",
            "company_counts_both_ways",
            "the_kept_decision_is_the_one_that_was_made",
        ],
    ),
    simplified(
        "Scores are reckoned in floating point.",
        "In whole numbers: one of them may be greater by 1 where upstream's fraction is cut off just below it.",
    ),
    simplified(
        "Of a hundred nodes and more only some are looked at, the next pod's search going on where the last ended; zones take turns.",
        "So it is, but for the turns: nodes are looked at in the order in which they joined.",
    ),
    fully(
        "The queue: greater priority first, back-off of 1 to 10 s, a flush after 5 min.",
        &[
            "the_more_important_pod_comes_first_and_then_the_one_that_waits_for_longer",
            "who_backs_off_lets_others_go_first_but_is_not_kept_waiting",
            "after_five_minutes_without_news_a_pod_is_tried_again",
            "a_pod_that_asks_otherwise_is_tried_again",
        ],
    ),
    fully(
        "Queueing hints: each plugin that refused a pod says whether news of nodes, pods and claims could help it; with no node at all it is tried again after its back-off.",
        &[
            "only_news_that_could_help_wake_a_pod",
            "a_node_helps_where_it_has_become_what_a_plugin_wants",
            "a_pod_helps_whom_it_stood_in_the_way_of_or_is_wanted_by",
            "a_claim_helps_the_pods_that_use_it",
            "without_nodes_there_is_nowhere_to_go",
        ],
    ),
    simplified(
        "What helps of volumes and classes.",
        "Any new class and any volume that is new or free again has pods tried again that wait for one.",
    ),
    fully(
        "WaitForFirstConsumer: the chosen node is held while claims bind, for ten minutes.",
        &[
            "a_pod_is_bound_to_the_node_for_which_its_claim_was_bound",
            "patience_with_claims_ends_after_ten_minutes",
            "a_deleted_pod_gives_its_seat_back",
        ],
    ),
    fully(
        "Pod affinity and anti-affinity, required and preferred.",
        &[
            "pods_keep_away_from_each_other",
            "pods_come_to_each_other",
            "preferred_neighbours_decide_among_equal_nodes",
            "neighbours_are_meant_by_namespace",
            "label_keys_tell_neighbours_apart",
        ],
    ),
    fully(
        "Topology spread constraints of the pod itself: minDomains, which nodes count, whenUnsatisfiable, matchLabelKeys.",
        &[
            "own_constraints_spread_pods_over_domains",
            "which_nodes_count_for_a_constraint",
            "label_keys_become_requirements_of_the_selector",
        ],
    ),
    fully(
        "Scheduling gates; other resources than cpu and memory.",
        &["a_gated_pod_waits_without_complaint", "other_resources_run_out_too"],
    ),
    fully(
        "Preemption: priorities by class, whom it costs least, budgets, nominated nodes, what is said where it does not help.",
        &[
            "pods_get_the_priority_of_their_class",
            "a_more_important_pod_takes_the_place_of_a_lesser_one",
            "who_may_not_preempt_says_why",
            "only_as_many_go_as_must_and_the_least_important_first",
            "room_is_made_where_it_costs_least",
            "room_is_kept_for_whom_it_was_made",
            "who_is_to_come_is_a_neighbour_already",
            "who_gives_up_his_claim_lets_others_try_again",
            "what_is_left_to_refuse_the_pod_is_told",
            "an_unwanted_neighbour_goes_too",
        ],
    ),
    fully("Volume limits a node, where its CSINode has them.", &["a_node_takes_as_many_volumes_of_a_driver_as_it_can"]),
    fully(
        "Image locality: images that a node lists count, by size and by how many nodes have them, where pods call them as the runtime does.",
        &[
            "what_is_there_counts_between_the_thresholds_and_by_how_far_it_has_spread",
            "images_are_counted_as_nodes_come_relist_and_go",
            "images_of_volumes_count_too",
            "a_pod_goes_to_where_its_image_is",
            "both_ways_agree_while_the_cluster_changes",
        ],
    ),
    simplified("Ties among equal nodes are broken by chance.", "By the chance of the world's seed: the same every time."),
];
