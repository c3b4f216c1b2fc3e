//! What `--help` says: one screen a command, from the tables of commands and flags.

use super::{COMMANDS, Command, unknown};
use crate::shell::flags::{Flag, Takes};
use crate::shell::voice::{Failure, Voice};

/// Lines to try, by command.
const EXAMPLES: &[(&str, &[&str])] = &[
    ("get", &["kubectl get pods -o wide", "kubectl get pods -w", "kubectl get pv,pvc"]),
    ("describe", &["kubectl describe pod kubia-0"]),
    ("apply", &["kubectl apply -f - <<EOF"]),
    ("create", &["kubectl create deployment web --image=nginx --replicas=3"]),
    ("delete", &["kubectl delete pod kubia-0", "kubectl delete pod kubia-0 --force --grace-period=0"]),
    ("scale", &["kubectl scale sts kubia --replicas=3"]),
    ("patch", &["kubectl patch sts kubia -p '{\"spec\":{\"replicas\":3}}'"]),
    ("set", &["kubectl set image sts/kubia kubia=luksa/kubia-pet:v2"]),
    ("label", &["kubectl label pod kubia-0 role=leader", "kubectl label pod kubia-0 role-"]),
    ("rollout", &["kubectl rollout status sts/kubia", "kubectl rollout undo sts/kubia"]),
    ("wait", &["kubectl wait pod/kubia-0 --for=condition=Ready --timeout=60s"]),
    ("logs", &["kubectl logs kubia-0"]),
    ("exec", &["kubectl exec kubia-0 -- ls /var/data"]),
    ("run", &["kubectl run -it lookup --image=tutum/dnsutils --rm --restart=Never -- dig SRV kubia.default.svc.cluster.local"]),
    ("events", &["kubectl events --for sts/kubia"]),
    ("drain", &["kubectl drain node-2 --ignore-daemonsets"]),
    ("taint", &["kubectl taint node node-1 a=b:NoSchedule", "kubectl taint node node-1 a-"]),
    ("explain", &["kubectl explain sts.spec"]),
];

/// What flags mean, in a few words; sorted.
const FLAGS: &[(&str, &str)] = &[
    ("all", "all objects of the kind"),
    ("all-containers", "of all containers"),
    ("all-namespaces", "in all namespaces"),
    ("annotations", "annotations: a=1,b=2"),
    ("api-group", "only of this group"),
    ("api-version", "of this version"),
    ("as", "ignored: there is one user"),
    ("attach", "stay with the pod"),
    ("cascade", "what becomes of dependants: background, foreground, orphan"),
    ("chunk-size", "accepted: lists come in one piece"),
    ("client", "of the client alone"),
    ("cluster", "ignored: there is one cluster"),
    ("cluster-ip", "the service's address"),
    ("clusterip", "the service's address; None for a headless one"),
    ("command", "the words after -- replace the entry point"),
    ("concurrency", "accepted: one after the other"),
    ("container", "which container"),
    ("containers", "which container; all without"),
    ("context", "ignored: there is one cluster"),
    ("cpu", "share of cpu to aim at"),
    ("cpu-percent", "share of cpu to aim at"),
    ("current", "the current context"),
    ("current-replicas", "only where there are so many now"),
    ("delete-emptydir-data", "also pods whose emptyDir is lost"),
    ("description", "when the class should be used"),
    ("disable-eviction", "delete instead of evicting"),
    ("dry-run", "only say what would be done: client, server"),
    ("edit", "edit before creating"),
    ("env", "a variable: A=1"),
    ("expose", "with a service for its port"),
    ("external-ip", "an address outside that leads to the service"),
    ("external-name", "the name it stands for"),
    ("field-manager", "accepted: nobody owns fields"),
    ("field-selector", "only objects with these values: status.phase=Running"),
    ("filename", "a manifest, a folder of them, or - for a here document"),
    ("flatten", "accepted"),
    ("follow", "go on as more is printed"),
    ("for", "what to wait for, or which object: TYPE/NAME"),
    ("force", "without grace, or against what is refused"),
    ("force-conflicts", "accepted: there are no conflicts"),
    ("from-env-file", "keys and values, NAME=VALUE a line"),
    ("from-file", "a key from a file"),
    ("from-literal", "a key and its value: a=1"),
    ("global-default", "the class of pods that name none"),
    ("grace-period", "seconds that pods get to end"),
    ("ignore-daemonsets", "leave pods of DaemonSets alone"),
    ("ignore-errors", "accepted"),
    ("ignore-not-found", "say nothing of what does not exist"),
    ("image", "what to run"),
    ("image-pull-policy", "Always, IfNotPresent, Never"),
    ("interactive", "ask before deleting"),
    ("kubeconfig", "ignored: there is one cluster"),
    ("kustomize", "refused: there are no kustomizations"),
    ("label-columns", "labels as columns"),
    ("labels", "labels: a=1,b=2"),
    ("limit-bytes", "accepted: logs are short"),
    ("limits", "what containers may use: cpu=1,memory=1Gi"),
    ("list", "only show what is set"),
    ("load-balancer-ip", "the address that a load balancer is to have"),
    ("local", "accepted: objects are read from the server"),
    ("max", "at most so many pods"),
    ("max-log-requests", "accepted: one log after the other"),
    ("max-unavailable", "how many pods may be missing"),
    ("min", "at least so many pods"),
    ("min-available", "how many pods must stay"),
    ("minify", "accepted"),
    ("name", "the service's name"),
    ("namespace", "the namespace; default without"),
    ("namespaced", "only kinds that have namespaces, or =false"),
    ("no-headers", "without headings"),
    ("node-port", "the port of every node"),
    ("now", "after one second"),
    ("output", "wide, yaml, json, name, jsonpath=..., custom-columns=..."),
    ("output-watch-events", "say which kind of change each is"),
    ("overrides", "JSON to merge into the pod"),
    ("overwrite", "replace values that are set"),
    ("patch", "the change, as JSON or YAML"),
    ("patch-file", "a file with the change"),
    ("pod-running-timeout", "accepted"),
    ("pod-selector", "only pods with these labels"),
    ("port", "which port"),
    ("preemption-policy", "PreemptLowerPriority or Never"),
    ("prefix", "say which container each line is of"),
    ("previous", "of the container before the last restart"),
    ("privileged", "with all the rights of the machine"),
    ("protocol", "TCP, UDP or SCTP"),
    ("prune", "refused: kubectl delete removes what is no longer wanted"),
    ("quiet", "say less"),
    ("raw", "a path of the API"),
    ("recursive", "all there is below"),
    ("replicas", "how many"),
    ("request-timeout", "ignored: answers come at once"),
    ("requests", "what containers need: cpu=100m"),
    ("resource-version", "only where the object is still this version"),
    ("restart", "Always, OnFailure, Never"),
    ("revision", "which version"),
    ("rm", "delete the pod afterwards"),
    ("save-config", "note down what was applied"),
    ("selector", "only objects with these labels: app=kubia"),
    ("server-print", "accepted: tables are the server's"),
    ("server-side", "let the server merge"),
    ("session-affinity", "None or ClientIP"),
    ("show-events", "with events"),
    ("show-kind", "names as pod/x"),
    ("show-labels", "labels as a column"),
    ("show-managed-fields", "accepted: none are kept"),
    ("since", "not older than this"),
    ("since-time", "not older than this moment: 2026-01-01T09:00:00Z"),
    ("skip-wait-for-delete-timeout", "do not wait for pods deleted longer ago than this"),
    ("sort-by", "in the order of a field: .metadata.name"),
    ("stdin", "with input"),
    ("subresource", "a part: status, scale"),
    ("tail", "only the last lines"),
    ("target-port", "the pods' port"),
    ("tcp", "a port: 80 or 80:8080"),
    ("template", "refused: there are no Go templates"),
    ("timeout", "how long to wait: 30s"),
    ("timestamps", "with times"),
    ("to-revision", "which version"),
    ("tty", "with a terminal"),
    ("type", "which type"),
    ("types", "Normal or Warning"),
    ("user", "ignored: there is one user"),
    ("v", "ignored: there is no log"),
    ("validate", "accepted: unknown fields are always refused"),
    ("value", "the priority of pods of the class"),
    ("verbs", "only kinds that can be asked so: list,get"),
    ("wait", "wait until it is done"),
    ("warnings-as-errors", "accepted"),
    ("watch", "go on as things change"),
    ("watch-only", "only what changes"),
    ("windows-line-endings", "accepted"),
];

/// All commands, or one.
pub fn help(voice: &mut Voice, words: &[String]) -> Result<(), Failure> {
    let Some(word) = words.first() else {
        voice.say("What kubectl can do here:\n");
        COMMANDS.iter().for_each(|c| voice.say(format!("  {:<14} {}", c.name, c.words)));
        voice.say("\nkubectl COMMAND --help tells more of one.");
        return Ok(());
    };
    let command = COMMANDS.iter().find(|c| c.name == word).ok_or_else(|| unknown(word))?;
    voice.say(format!("{}.\n\nUsage:\n  kubectl {} {}", command.words, command.name, command.usage));
    if let Some((_, lines)) = EXAMPLES.iter().find(|(name, _)| *name == command.name) {
        voice.say("\nExamples:");
        lines.iter().for_each(|line| voice.say(format!("  {line}")));
    }
    options(voice, command);
    Ok(())
}

/// The command's own flags, and then where those of all commands are told of.
fn options(voice: &mut Voice, command: &Command) {
    voice.say("\nOptions:");
    let mut own: Vec<&Flag> = command.flags.iter().skip(1).flat_map(|group| group.iter()).collect();
    own.sort_by_key(|flag| flag.long);
    own.into_iter().for_each(|flag| voice.say(option(flag)));
    voice.say("  -n, --namespace=        the namespace; default without");
}

fn option(flag: &Flag) -> String {
    let short = if flag.short == '-' { "    ".to_owned() } else { format!("-{}, ", flag.short) };
    let equals = if flag.takes == Takes::Nothing { "" } else { "=" };
    format!("  {short}{:<19} {}", format!("--{}{equals}", flag.long), meaning(flag.long)).trim_end().to_owned()
}

fn meaning(flag: &str) -> &'static str {
    FLAGS.iter().find(|(name, _)| *name == flag).map_or("", |(_, words)| words)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_flag_is_told_of_and_every_screen_is_one() {
        for command in COMMANDS {
            for flag in command.flags.iter().flat_map(|group| group.iter()) {
                assert!(!meaning(flag.long).is_empty(), "kubectl {} --{}", command.name, flag.long);
            }
            let mut voice = Voice::default();
            assert!(help(&mut voice, &[command.name.to_owned()]).is_ok());
            assert!(voice.out.lines().count() <= 40, "{}", voice.out);
            assert!(voice.out.contains(command.words));
        }
        assert!(FLAGS.is_sorted());
    }
}
