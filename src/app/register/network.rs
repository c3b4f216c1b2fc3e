//! Rows of the register: services, endpoints, proxies and DNS. Upstream: pkg/registry/core/service, staging/src/k8s.io/endpointslice,
//! pkg/proxy, CoreDNS plugin/kubernetes.

use super::{Row, fully, left_out, simplified};

/// Services and what carries requests.
pub const NETWORK: &[Row] = &[
    fully(
        "Cluster addresses and node ports: given, kept, refused.",
        &["addresses_are_given_or_refused", "a_free_address_is_drawn_above_the_static_band", "node_ports_are_given_once"],
    ),
    fully(
        "EndpointSlices: who stands in them, ready, serving, terminating, host names, 100 a slice.",
        &["who_stands_in_a_slice", "a_hundred_endpoints_fill_a_slice", "a_slice_prints_as_the_recorded_one"],
    ),
    fully(
        "Endpoints are chosen by chance for each connection; session affinity; refused where none is ready.",
        &["a_service_is_answered_by_any_of_its_endpoints", "a_client_keeps_its_endpoint_where_the_service_wants_it"],
    ),
    fully(
        "The API server's proxy to pods and services, and what it says when nobody answers.",
        &["the_book_session", "what_the_proxy_says_when_nobody_answers"],
    ),
    fully(
        "internalTrafficPolicy and externalTrafficPolicy Local: the node's own endpoints, or nothing.",
        &["a_local_policy_keeps_to_the_node"],
    ),
    fully("A connection that stays open stays with its endpoint.", &["an_open_connection_leads_to_the_same_pod"]),
    fully("kube-proxy on a cut-off node keeps its last rules.", &["a_machine_that_is_cut_off_keeps_its_last_rules"]),
    fully("Pods of a node that does not exist are left out of slices.", &["a_pod_of_a_missing_node_is_left_out_and_complained_about"]),
    simplified(
        "Requests take time, and a client waits for its time-out.",
        "curl tells how long it waited and does not let that time pass.",
    ),
    simplified(
        "At an address that nobody has: no route to host, or nothing, as the network plugin has it.",
        "Nothing, until the time-out.",
    ),
    simplified(
        "Applications answer anything.",
        "Known images answer as their row in the table of images says; unknown ones refuse the connection.",
    ),
    fully(
        "Endpoints beside the slices: who stands in them, ready or not, host names, a thousand addresses; gone with the Service.",
        &["who_stands_in_a_subset", "a_thousand_addresses_are_enough", "a_service_has_its_endpoints_object_as_long_as_it_lives"],
    ),
    simplified(
        "Endpoints are sorted by hashes.",
        "Addresses are sorted as upstream sorts them; subsets and ports stand in the order of the pods.",
    ),
    simplified("last-change-trigger-time: the earliest change since the last look.", "Since the last write."),
    simplified(
        "Endpoints of one's own, for a Service without a selector, are mirrored into slices.",
        "So they are; the slices' conditions say serving and terminating too.",
    ),
    left_out("NetworkPolicy, Ingress, Gateway, IPv6, LoadBalancer provisioning.", "They are not served, or stay <pending>."),
    left_out("UDP and SCTP traffic besides DNS.", "Ports of any protocol are stored; requests are HTTP."),
];

/// The cluster's DNS.
pub const DNS: &[Row] = &[
    fully("A, SRV, PTR, CNAME and TXT answers of the specification and of CoreDNS.", &["addresses", "services_by_port", "other_types"]),
    fully("The bare SRV question of the book, weights and additional records.", &["the_example_of_the_book", "the_notes_dns_lookup"]),
    fully("Who is not ready has no name, unless publishNotReadyAddresses.", &["who_is_not_ready_has_no_name_unless_the_service_wants_it"]),
    fully("Search list and ndots.", &["short_names_are_searched"]),
    fully("Round-robin of addresses.", &["a_question_that_travels_turns_the_addresses_and_can_be_seen"]),
    simplified(
        "Clients keep answers, or not.",
        "They do not, as with the C library alone, unless DNS_CACHE=ttl or forever is in the container's own env: nscd, and a JVM that asks once.",
    ),
    fully(
        "The hosts file of a pod, hostAliases too: a pod finds itself, ready or not.",
        &["a_pod_finds_itself_before_it_is_ready", "the_file_names_the_pod_and_its_aliases"],
    ),
    left_out(
        "dnsPolicy other than ClusterFirst, dnsConfig, the host's network.",
        "Stored; every pod asks the cluster's DNS from an address of its own.",
    ),
    left_out("Names outside the cluster, forwarding.", "SERVFAIL."),
    left_out("The pods that run CoreDNS.", "DNS answers as long as a node is there to ask from."),
];
