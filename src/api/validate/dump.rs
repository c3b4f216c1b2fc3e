//! A pod's spec as the API server dumps it for a diff: the fields of its own Go types, in their order, those that are not
//! set included. Upstream: the structs of pkg/apis/core/types.go, printed by apimachinery/pkg/util/diff.
//!
//! Simplified: of volumes' sources, affinities and the like what is set is printed as it was written.

use super::diff;
use serde_json::Value;

/// What stands for a field.
#[derive(Clone, Copy)]
enum Slot {
    /// A text, blank where it is not set.
    Text,
    /// A number, 0 where it is not set.
    Number,
    /// A boolean, false where it is not set.
    Flag,
    /// Anything, null where it is not set.
    Any,
    /// A struct, there in any case.
    Inner(&'static [Field]),
    /// A struct, null where it is not set.
    Maybe(&'static [Field]),
    /// A list of structs, null where it is not set.
    List(&'static [Field]),
    /// A struct whose fields the manifest has one level higher.
    Lifted(&'static [Field]),
}
use Slot::{Any, Flag, Inner, Lifted, List, Maybe, Number, Text};

/// Name in Go, name in the manifest, what stands for it.
type Field = (&'static str, &'static str, Slot);

const SPEC: &[Field] = &[
    ("Volumes", "volumes", List(VOLUME)),
    ("InitContainers", "initContainers", List(CONTAINER)),
    ("Containers", "containers", List(CONTAINER)),
    ("EphemeralContainers", "ephemeralContainers", Any),
    ("RestartPolicy", "restartPolicy", Text),
    ("TerminationGracePeriodSeconds", "terminationGracePeriodSeconds", Any),
    ("ActiveDeadlineSeconds", "activeDeadlineSeconds", Any),
    ("DNSPolicy", "dnsPolicy", Text),
    ("NodeSelector", "nodeSelector", Any),
    ("ServiceAccountName", "serviceAccountName", Text),
    ("AutomountServiceAccountToken", "automountServiceAccountToken", Any),
    ("NodeName", "nodeName", Text),
    ("SecurityContext", "securityContext", Lifted(SECURITY)),
    ("ImagePullSecrets", "imagePullSecrets", List(&[("Name", "name", Text)])),
    ("Hostname", "hostname", Text),
    ("Subdomain", "subdomain", Text),
    ("SetHostnameAsFQDN", "setHostnameAsFQDN", Any),
    ("Affinity", "affinity", Any),
    ("SchedulerName", "schedulerName", Text),
    ("Tolerations", "tolerations", List(TOLERATION)),
    ("HostAliases", "hostAliases", List(&[("IP", "ip", Text), ("Hostnames", "hostnames", Any)])),
    ("PriorityClassName", "priorityClassName", Text),
    ("Priority", "priority", Any),
    ("PreemptionPolicy", "preemptionPolicy", Any),
    ("DNSConfig", "dnsConfig", Any),
    ("ReadinessGates", "readinessGates", List(&[("ConditionType", "conditionType", Text)])),
    ("RuntimeClassName", "runtimeClassName", Any),
    ("Overhead", "overhead", Any),
    ("EnableServiceLinks", "enableServiceLinks", Any),
    ("TopologySpreadConstraints", "topologySpreadConstraints", Any),
    ("OS", "os", Maybe(&[("Name", "name", Text)])),
    ("SchedulingGates", "schedulingGates", List(&[("Name", "name", Text)])),
    ("ResourceClaims", "resourceClaims", Any),
    ("Resources", "resources", Maybe(RESOURCES)),
    ("HostnameOverride", "hostnameOverride", Any),
];

const CONTAINER: &[Field] = &[
    ("Name", "name", Text),
    ("Image", "image", Text),
    ("Command", "command", Any),
    ("Args", "args", Any),
    ("WorkingDir", "workingDir", Text),
    ("Ports", "ports", List(PORT)),
    ("EnvFrom", "envFrom", Any),
    ("Env", "env", List(&[("Name", "name", Text), ("Value", "value", Text), ("ValueFrom", "valueFrom", Any)])),
    ("Resources", "resources", Inner(RESOURCES)),
    ("ResizePolicy", "resizePolicy", List(&[("ResourceName", "resourceName", Text), ("RestartPolicy", "restartPolicy", Text)])),
    ("RestartPolicy", "restartPolicy", Any),
    ("RestartPolicyRules", "restartPolicyRules", Any),
    ("VolumeMounts", "volumeMounts", List(MOUNT)),
    ("VolumeDevices", "volumeDevices", List(&[("Name", "name", Text), ("DevicePath", "devicePath", Text)])),
    ("LivenessProbe", "livenessProbe", Maybe(PROBE)),
    ("ReadinessProbe", "readinessProbe", Maybe(PROBE)),
    ("StartupProbe", "startupProbe", Maybe(PROBE)),
    ("Lifecycle", "lifecycle", Any),
    ("TerminationMessagePath", "terminationMessagePath", Text),
    ("TerminationMessagePolicy", "terminationMessagePolicy", Text),
    ("ImagePullPolicy", "imagePullPolicy", Text),
    ("SecurityContext", "securityContext", Any),
    ("Stdin", "stdin", Flag),
    ("StdinOnce", "stdinOnce", Flag),
    ("TTY", "tty", Flag),
];

const PORT: &[Field] = &[
    ("Name", "name", Text),
    ("HostPort", "hostPort", Number),
    ("ContainerPort", "containerPort", Number),
    ("Protocol", "protocol", Text),
    ("HostIP", "hostIP", Text),
];

const RESOURCES: &[Field] = &[("Limits", "limits", Any), ("Requests", "requests", Any), ("Claims", "claims", Any)];

const MOUNT: &[Field] = &[
    ("Name", "name", Text),
    ("ReadOnly", "readOnly", Flag),
    ("RecursiveReadOnly", "recursiveReadOnly", Any),
    ("MountPath", "mountPath", Text),
    ("SubPath", "subPath", Text),
    ("MountPropagation", "mountPropagation", Any),
    ("SubPathExpr", "subPathExpr", Text),
];

const PROBE: &[Field] = &[
    ("Exec", "exec", Maybe(&[("Command", "command", Any)])),
    ("HTTPGet", "httpGet", Maybe(HTTP_GET)),
    ("TCPSocket", "tcpSocket", Maybe(&[("Port", "port", Any), ("Host", "host", Text)])),
    ("GRPC", "grpc", Maybe(&[("Port", "port", Number), ("Service", "service", Any)])),
    ("InitialDelaySeconds", "initialDelaySeconds", Number),
    ("TimeoutSeconds", "timeoutSeconds", Number),
    ("PeriodSeconds", "periodSeconds", Number),
    ("SuccessThreshold", "successThreshold", Number),
    ("FailureThreshold", "failureThreshold", Number),
    ("TerminationGracePeriodSeconds", "terminationGracePeriodSeconds", Any),
];

const HTTP_GET: &[Field] = &[
    ("Path", "path", Text),
    ("Port", "port", Any),
    ("Host", "host", Text),
    ("Scheme", "scheme", Text),
    ("HTTPHeaders", "httpHeaders", List(&[("Name", "name", Text), ("Value", "value", Text)])),
];

const TOLERATION: &[Field] = &[
    ("Key", "key", Text),
    ("Operator", "operator", Text),
    ("Value", "value", Text),
    ("Effect", "effect", Text),
    ("TolerationSeconds", "tolerationSeconds", Any),
];

/// The first three are the spec's own fields in a manifest.
const SECURITY: &[Field] = &[
    ("HostNetwork", "hostNetwork", Flag),
    ("HostPID", "hostPID", Flag),
    ("HostIPC", "hostIPC", Flag),
    ("ShareProcessNamespace", "shareProcessNamespace", Any),
    ("HostUsers", "hostUsers", Any),
    ("SELinuxOptions", "seLinuxOptions", Any),
    ("WindowsOptions", "windowsOptions", Any),
    ("RunAsUser", "runAsUser", Any),
    ("RunAsGroup", "runAsGroup", Any),
    ("RunAsNonRoot", "runAsNonRoot", Any),
    ("SupplementalGroups", "supplementalGroups", Any),
    ("SupplementalGroupsPolicy", "supplementalGroupsPolicy", Any),
    ("FSGroup", "fsGroup", Any),
    ("FSGroupChangePolicy", "fsGroupChangePolicy", Any),
    ("Sysctls", "sysctls", Any),
    ("SeccompProfile", "seccompProfile", Any),
    ("AppArmorProfile", "appArmorProfile", Any),
    ("SELinuxChangePolicy", "seLinuxChangePolicy", Any),
];

const VOLUME: &[Field] = &[
    ("Name", "name", Text),
    ("HostPath", "hostPath", Maybe(&[("Path", "path", Text), ("Type", "type", Any)])),
    ("EmptyDir", "emptyDir", Maybe(&[("Medium", "medium", Text), ("SizeLimit", "sizeLimit", Any)])),
    ("GCEPersistentDisk", "gcePersistentDisk", Any),
    ("AWSElasticBlockStore", "awsElasticBlockStore", Any),
    ("GitRepo", "gitRepo", Any),
    ("Secret", "secret", Any),
    ("NFS", "nfs", Maybe(&[("Server", "server", Text), ("Path", "path", Text), ("ReadOnly", "readOnly", Flag)])),
    ("ISCSI", "iscsi", Any),
    ("Glusterfs", "glusterfs", Any),
    ("PersistentVolumeClaim", "persistentVolumeClaim", Maybe(&[("ClaimName", "claimName", Text), ("ReadOnly", "readOnly", Flag)])),
    ("RBD", "rbd", Any),
    ("Quobyte", "quobyte", Any),
    ("FlexVolume", "flexVolume", Any),
    ("Cinder", "cinder", Any),
    ("CephFS", "cephfs", Any),
    ("Flocker", "flocker", Any),
    ("DownwardAPI", "downwardAPI", Any),
    ("FC", "fc", Any),
    ("AzureFile", "azureFile", Any),
    ("ConfigMap", "configMap", Any),
    ("VsphereVolume", "vsphereVolume", Any),
    ("AzureDisk", "azureDisk", Any),
    ("PhotonPersistentDisk", "photonPersistentDisk", Any),
    ("Projected", "projected", Any),
    ("PortworxVolume", "portworxVolume", Any),
    ("ScaleIO", "scaleIO", Any),
    ("StorageOS", "storageos", Any),
    ("CSI", "csi", Any),
    ("Ephemeral", "ephemeral", Any),
    ("Image", "image", Any),
];

/// A pod's spec, one space a level.
pub fn pod_spec(spec: &Value) -> String {
    fields(spec, SPEC, 0)
}

fn fields(value: &Value, shape: &[Field], level: usize) -> String {
    let inner = " ".repeat(level + 1);
    let lines: Vec<String> = shape.iter().map(|field| format!("{inner}{:?}: {}", field.0, slot(value, field, level + 1))).collect();
    format!("{{\n{}\n{}}}", lines.join(",\n"), " ".repeat(level))
}

fn slot(holder: &Value, (_, name, slot): &Field, level: usize) -> String {
    let value = &holder[*name];
    match (slot, value) {
        (Inner(shape), _) => fields(value, shape, level),
        (Lifted(shape), _) => fields(&lifted(holder, value), shape, level),
        (Text, Value::Null) => "\"\"".to_owned(),
        (Number, Value::Null) => "0".to_owned(),
        (Flag, Value::Null) => "false".to_owned(),
        (Maybe(_) | List(_), Value::Null) => "null".to_owned(),
        (Maybe(shape), _) => fields(value, shape, level),
        (List(shape), _) => list(value, shape, level),
        (Text | Number | Flag | Any, _) => diff::indented(value, level),
    }
}

fn list(value: &Value, shape: &[Field], level: usize) -> String {
    let inner = " ".repeat(level + 1);
    let items: Vec<String> =
        value.as_array().into_iter().flatten().map(|item| format!("{inner}{}", fields(item, shape, level + 1))).collect();
    if items.is_empty() { "[]".to_owned() } else { format!("[\n{}\n{}]", items.join(",\n"), " ".repeat(level)) }
}

/// The security context with what a manifest has beside it.
fn lifted(spec: &Value, context: &Value) -> Value {
    let mut all = context.clone();
    for field in ["hostNetwork", "hostPID", "hostIPC", "shareProcessNamespace", "hostUsers"] {
        if !spec[field].is_null() {
            all[field] = spec[field].clone();
        }
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn fields_that_are_not_set_stand_there_too() {
        let spec = json!({"containers": [{"name": "a", "image": "i"}], "nodeName": "node-1", "hostNetwork": true});
        let text = pod_spec(&spec);
        assert!(
            text.starts_with("{\n \"Volumes\": null,\n \"InitContainers\": null,\n \"Containers\": [\n  {\n   \"Name\": \"a\",\n"),
            "{text}"
        );
        assert!(
            text.contains("   \"Resources\": {\n    \"Limits\": null,\n    \"Requests\": null,\n    \"Claims\": null\n   },\n"),
            "{text}"
        );
        assert!(text.contains(" \"NodeName\": \"node-1\",\n \"SecurityContext\": {\n  \"HostNetwork\": true,\n"), "{text}");
        assert!(serde_json::from_str::<Value>(&text).is_ok());
    }
}
