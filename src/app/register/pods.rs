//! Rows of the register: a pod's life on record and on its machine. Upstream: pkg/registry/core/pod, pkg/kubelet, pkg/printers.

use super::{Row, fully, left_out, simplified};

/// A pod's life.
pub const PODS: &[Row] = &[
    fully(
        "Graceful deletion: the deadline is the future deletionTimestamp, may be shortened and never lengthened.",
        &["grace_is_shortened_and_never_lengthened"],
    ),
    fully(
        "A pod that no node has needs no grace; without grace one that runs or is managed is marked, and forgotten within milliseconds.",
        &[
            "a_pod_that_is_nowhere_needs_no_grace",
            "without_grace_a_live_pod_is_marked_and_forgotten_by_the_next_write",
            "a_pod_without_a_node_is_seen_going",
        ],
    ),
    fully("Finalizers hold a deleted object back until the last is gone.", &["finalizers_hold_an_object_back_until_the_last_is_gone"]),
    fully(
        "A process that ignores SIGTERM is killed when its grace is over, with code 137.",
        &["who_ignores_the_signal_is_killed_when_its_grace_is_over"],
    ),
    simplified(
        "Book images ignore SIGTERM as process 1 and take the full 30 s.",
        "luksa/kubia images stop half a second after the signal, so that stories do not wait; a scenario can slow it down.",
    ),
    fully(
        "A force-deleted pod runs on until its kubelet hears of it.",
        &["what_is_forced_away_runs_a_little_longer", "a_forced_delete_makes_two_of_them"],
    ),
    fully(
        "CrashLoopBackOff: 10 s doubling to 300 s, forgiven after ten good minutes.",
        &["a_crashing_container_is_started_again_ever_more_rarely", "crashes_are_forgiven_after_ten_good_minutes"],
    ),
    fully("ErrImagePull and ImagePullBackOff.", &["a_failing_pull_is_tried_again_ever_more_rarely"]),
    fully("restartPolicy: one that ends for good is not started again.", &["one_that_ends_for_good_is_not_started_again"]),
    fully("STATUS, READY and RESTARTS of `kubectl get pods` from conditions and container states.", &["status_words"]),
    fully(
        "Phases never go back from Succeeded or Failed; a pod is bound once.",
        &["a_pod_is_bound_once", "whatever_is_done_the_rules_hold"],
    ),
    simplified(
        "Last status report of a stopping pod and its final delete are two writes.",
        "Both arrive together: a watch shows the row Completed or Error and the end at one moment.",
    ),
    simplified(
        "Startup, liveness and readiness probes run every periodSeconds with thresholds and timeouts.",
        "They pass or fail as the simulated application does (`fail`, `heal`, start-up time, its port and pages); of exec probes only a few commands are understood.",
    ),
    fully("Init containers and sidecars: first, in order, with their words in STATUS.", &["init_containers_come_first"]),
    simplified("preStop and postStart hooks.", "They take the time that their command takes; the container counts as running meanwhile."),
    simplified("Container IDs and image IDs.", "Stable and of the right form, computed from the pod's identity and the image's name."),
    left_out("The token volume kube-api-access-… of the service account.", "It is not added."),
    fully(
        "A kubelet turns away what its node cannot take: OutOfcpu, OutOfmemory, OutOfpods, NodeAffinity, NodePorts, TaintToleration.",
        &[
            "what_the_node_cannot_take_fails_for_good",
            "more_pods_than_a_node_takes_are_turned_away",
            "a_taint_that_would_evict_a_pod_keeps_it_out",
            "a_set_deletes_what_was_turned_away_and_makes_it_again",
        ],
    ),
    left_out("Eviction under pressure; pods that a kubelet stops to make room for critical ones.", "Machines never run short."),
    fully(
        "Conditions and status name the generation that their reporter saw.",
        &["who_names_its_node_is_scheduled_once_a_kubelet_has_it", "a_report_names_the_generation_that_was_acted_on"],
    ),
    fully(
        "A pod that was deleted while its machine was down ends with a last word after the boot.",
        &["a_deleted_pod_whose_machine_was_booted_ends_with_its_last_word"],
    ),
    fully("Readiness gates.", &["a_gate_keeps_a_pod_from_being_ready"]),
    left_out("Ephemeral containers, in-place resizing.", "Fields are stored without effect."),
    simplified(
        "Containers write logs.",
        "Logs are made from the requests that an application has answered and from the commands that were given; of the shell a few forms are understood. Requests of probes are not in them; who asks from outside the pods is 10.244.0.1.",
    ),
    simplified(
        "A kubelet's own pace: 1 s relist, 2 s housekeeping, 60 s resync.",
        "Orders arrive after `kubelet-watch`; only housekeeping has its pace.",
    ),
    fully(
        "A machine behind a cut cable runs on; a crashed one loses its processes and starts them again after a boot.",
        &["behind_a_cut_cable_processes_go_on_until_the_cable_is_back", "after_a_boot_the_same_pods_run_again"],
    ),
];
