//! A pod template as upstream dumps it before it hashes it: Go's structs field by field, with their types. Upstream: the
//! structs of k8s.io/api/core/v1, printed by apimachinery/pkg/util/dump.ForHash.
//!
//! Simplified: a template with a field whose struct is not written out here is not dumped.

use super::PodTemplate;
use serde_json::Value;

/// What stands for a field, with its type in Go.
#[derive(Clone, Copy)]
enum Slot {
    /// A text, blank where it is not set.
    Text(&'static str),
    /// A number, 0 where it is not set.
    Number(&'static str),
    /// A boolean, false where it is not set.
    Flag,
    /// A pointer to a text, a number or a boolean.
    Pointer(&'static str),
    /// A list of texts.
    Texts,
    /// Texts by text.
    Map,
    /// A number or a name of a port.
    Port,
    /// The time of creation, which a template does not have.
    Time,
    /// Something that is not written out here, and nil where it is not set.
    Nil(&'static str),
    /// A struct.
    Inner(&'static str, &'static [Field]),
    /// A struct whose fields the manifest has one level higher.
    Lifted(&'static str, &'static [Field]),
    /// A pointer to a struct.
    Maybe(&'static str, &'static [Field]),
    /// A list of structs.
    List(&'static str, &'static [Field]),
}
use Slot::{Flag, Inner, Lifted, List, Map, Maybe, Nil, Number, Pointer, Port, Text, Texts, Time};

/// Name in Go, name in the manifest, what stands for it.
type Field = (&'static str, &'static str, Slot);

const TEMPLATE: &[Field] = &[("ObjectMeta", "metadata", Inner("v1.ObjectMeta", META)), ("Spec", "spec", Inner("v1.PodSpec", SPEC))];

const META: &[Field] = &[
    ("Name", "name", Text("string")),
    ("GenerateName", "generateName", Text("string")),
    ("Namespace", "namespace", Text("string")),
    ("SelfLink", "selfLink", Text("string")),
    ("UID", "uid", Text("types.UID")),
    ("ResourceVersion", "resourceVersion", Text("string")),
    ("Generation", "generation", Number("int64")),
    ("CreationTimestamp", "creationTimestamp", Time),
    ("DeletionTimestamp", "deletionTimestamp", Nil("*v1.Time")),
    ("DeletionGracePeriodSeconds", "deletionGracePeriodSeconds", Pointer("int64")),
    ("Labels", "labels", Map),
    ("Annotations", "annotations", Map),
    ("OwnerReferences", "ownerReferences", Nil("[]v1.OwnerReference")),
    ("Finalizers", "finalizers", Texts),
    ("ManagedFields", "managedFields", Nil("[]v1.ManagedFieldsEntry")),
];

const SPEC: &[Field] = &[
    ("Volumes", "volumes", List("v1.Volume", VOLUME)),
    ("InitContainers", "initContainers", List("v1.Container", CONTAINER)),
    ("Containers", "containers", List("v1.Container", CONTAINER)),
    ("EphemeralContainers", "ephemeralContainers", Nil("[]v1.EphemeralContainer")),
    ("RestartPolicy", "restartPolicy", Text("v1.RestartPolicy")),
    ("TerminationGracePeriodSeconds", "terminationGracePeriodSeconds", Pointer("int64")),
    ("ActiveDeadlineSeconds", "activeDeadlineSeconds", Pointer("int64")),
    ("DNSPolicy", "dnsPolicy", Text("v1.DNSPolicy")),
    ("NodeSelector", "nodeSelector", Map),
    ("ServiceAccountName", "serviceAccountName", Text("string")),
    ("DeprecatedServiceAccount", "serviceAccount", Text("string")),
    ("AutomountServiceAccountToken", "automountServiceAccountToken", Pointer("bool")),
    ("NodeName", "nodeName", Text("string")),
    ("HostNetwork", "hostNetwork", Flag),
    ("HostPID", "hostPID", Flag),
    ("HostIPC", "hostIPC", Flag),
    ("ShareProcessNamespace", "shareProcessNamespace", Pointer("bool")),
    ("SecurityContext", "securityContext", Maybe("v1.PodSecurityContext", SECURITY)),
    ("ImagePullSecrets", "imagePullSecrets", List("v1.LocalObjectReference", &[("Name", "name", Text("string"))])),
    ("Hostname", "hostname", Text("string")),
    ("Subdomain", "subdomain", Text("string")),
    ("Affinity", "affinity", Nil("*v1.Affinity")),
    ("SchedulerName", "schedulerName", Text("string")),
    ("Tolerations", "tolerations", List("v1.Toleration", TOLERATION)),
    ("HostAliases", "hostAliases", Nil("[]v1.HostAlias")),
    ("PriorityClassName", "priorityClassName", Text("string")),
    ("Priority", "priority", Pointer("int32")),
    ("DNSConfig", "dnsConfig", Nil("*v1.PodDNSConfig")),
    ("ReadinessGates", "readinessGates", Nil("[]v1.PodReadinessGate")),
    ("RuntimeClassName", "runtimeClassName", Pointer("string")),
    ("EnableServiceLinks", "enableServiceLinks", Pointer("bool")),
    ("PreemptionPolicy", "preemptionPolicy", Pointer("v1.PreemptionPolicy")),
    ("Overhead", "overhead", Nil("v1.ResourceList")),
    ("TopologySpreadConstraints", "topologySpreadConstraints", Nil("[]v1.TopologySpreadConstraint")),
    ("SetHostnameAsFQDN", "setHostnameAsFQDN", Pointer("bool")),
    ("OS", "os", Nil("*v1.PodOS")),
    ("HostUsers", "hostUsers", Pointer("bool")),
    ("SchedulingGates", "schedulingGates", Nil("[]v1.PodSchedulingGate")),
    ("ResourceClaims", "resourceClaims", Nil("[]v1.PodResourceClaim")),
    ("Resources", "resources", Nil("*v1.ResourceRequirements")),
    ("HostnameOverride", "hostnameOverride", Pointer("string")),
    ("SchedulingGroup", "schedulingGroup", Nil("*v1.PodSchedulingGroup")),
];

const CONTAINER: &[Field] = &[
    ("Name", "name", Text("string")),
    ("Image", "image", Text("string")),
    ("Command", "command", Texts),
    ("Args", "args", Texts),
    ("WorkingDir", "workingDir", Text("string")),
    ("Ports", "ports", List("v1.ContainerPort", PORT)),
    ("EnvFrom", "envFrom", Nil("[]v1.EnvFromSource")),
    ("Env", "env", List("v1.EnvVar", ENV)),
    ("Resources", "resources", Inner("v1.ResourceRequirements", RESOURCES)),
    ("ResizePolicy", "resizePolicy", Nil("[]v1.ContainerResizePolicy")),
    ("RestartPolicy", "restartPolicy", Pointer("v1.ContainerRestartPolicy")),
    ("RestartPolicyRules", "restartPolicyRules", Nil("[]v1.ContainerRestartRule")),
    ("VolumeMounts", "volumeMounts", List("v1.VolumeMount", MOUNT)),
    ("VolumeDevices", "volumeDevices", Nil("[]v1.VolumeDevice")),
    ("LivenessProbe", "livenessProbe", Maybe("v1.Probe", PROBE)),
    ("ReadinessProbe", "readinessProbe", Maybe("v1.Probe", PROBE)),
    ("StartupProbe", "startupProbe", Maybe("v1.Probe", PROBE)),
    ("Lifecycle", "lifecycle", Nil("*v1.Lifecycle")),
    ("TerminationMessagePath", "terminationMessagePath", Text("string")),
    ("TerminationMessagePolicy", "terminationMessagePolicy", Text("v1.TerminationMessagePolicy")),
    ("ImagePullPolicy", "imagePullPolicy", Text("v1.PullPolicy")),
    ("SecurityContext", "securityContext", Nil("*v1.SecurityContext")),
    ("Stdin", "stdin", Flag),
    ("StdinOnce", "stdinOnce", Flag),
    ("TTY", "tty", Flag),
];

const PORT: &[Field] = &[
    ("Name", "name", Text("string")),
    ("HostPort", "hostPort", Number("int32")),
    ("ContainerPort", "containerPort", Number("int32")),
    ("Protocol", "protocol", Text("v1.Protocol")),
    ("HostIP", "hostIP", Text("string")),
];

const ENV: &[Field] =
    &[("Name", "name", Text("string")), ("Value", "value", Text("string")), ("ValueFrom", "valueFrom", Nil("*v1.EnvVarSource"))];

const RESOURCES: &[Field] = &[
    ("Limits", "limits", Nil("v1.ResourceList")),
    ("Requests", "requests", Nil("v1.ResourceList")),
    ("Claims", "claims", Nil("[]v1.ResourceClaim")),
];

const MOUNT: &[Field] = &[
    ("Name", "name", Text("string")),
    ("ReadOnly", "readOnly", Flag),
    ("RecursiveReadOnly", "recursiveReadOnly", Pointer("v1.RecursiveReadOnlyMode")),
    ("MountPath", "mountPath", Text("string")),
    ("SubPath", "subPath", Text("string")),
    ("MountPropagation", "mountPropagation", Pointer("v1.MountPropagationMode")),
    ("SubPathExpr", "subPathExpr", Text("string")),
];

const PROBE: &[Field] = &[
    ("ProbeHandler", "", Lifted("v1.ProbeHandler", HANDLER)),
    ("InitialDelaySeconds", "initialDelaySeconds", Number("int32")),
    ("TimeoutSeconds", "timeoutSeconds", Number("int32")),
    ("PeriodSeconds", "periodSeconds", Number("int32")),
    ("SuccessThreshold", "successThreshold", Number("int32")),
    ("FailureThreshold", "failureThreshold", Number("int32")),
    ("TerminationGracePeriodSeconds", "terminationGracePeriodSeconds", Pointer("int64")),
];

const HANDLER: &[Field] = &[
    ("Exec", "exec", Maybe("v1.ExecAction", &[("Command", "command", Texts)])),
    ("HTTPGet", "httpGet", Maybe("v1.HTTPGetAction", HTTP_GET)),
    ("TCPSocket", "tcpSocket", Maybe("v1.TCPSocketAction", &[("Port", "port", Port), ("Host", "host", Text("string"))])),
    ("GRPC", "grpc", Nil("*v1.GRPCAction")),
];

const HTTP_GET: &[Field] = &[
    ("Path", "path", Text("string")),
    ("Port", "port", Port),
    ("Host", "host", Text("string")),
    ("Scheme", "scheme", Text("v1.URIScheme")),
    ("HTTPHeaders", "httpHeaders", List("v1.HTTPHeader", &[("Name", "name", Text("string")), ("Value", "value", Text("string"))])),
];

const TOLERATION: &[Field] = &[
    ("Key", "key", Text("string")),
    ("Operator", "operator", Text("v1.TolerationOperator")),
    ("Value", "value", Text("string")),
    ("Effect", "effect", Text("v1.TaintEffect")),
    ("TolerationSeconds", "tolerationSeconds", Pointer("int64")),
];

const SECURITY: &[Field] = &[
    ("SELinuxOptions", "seLinuxOptions", Nil("*v1.SELinuxOptions")),
    ("WindowsOptions", "windowsOptions", Nil("*v1.WindowsSecurityContextOptions")),
    ("RunAsUser", "runAsUser", Pointer("int64")),
    ("RunAsGroup", "runAsGroup", Pointer("int64")),
    ("RunAsNonRoot", "runAsNonRoot", Pointer("bool")),
    ("SupplementalGroups", "supplementalGroups", Nil("[]int64")),
    ("SupplementalGroupsPolicy", "supplementalGroupsPolicy", Pointer("v1.SupplementalGroupsPolicy")),
    ("FSGroup", "fsGroup", Pointer("int64")),
    ("Sysctls", "sysctls", Nil("[]v1.Sysctl")),
    ("FSGroupChangePolicy", "fsGroupChangePolicy", Pointer("v1.PodFSGroupChangePolicy")),
    ("SeccompProfile", "seccompProfile", Nil("*v1.SeccompProfile")),
    ("AppArmorProfile", "appArmorProfile", Nil("*v1.AppArmorProfile")),
    ("SELinuxChangePolicy", "seLinuxChangePolicy", Pointer("v1.PodSELinuxChangePolicy")),
];

const VOLUME: &[Field] = &[("Name", "name", Text("string")), ("VolumeSource", "", Lifted("v1.VolumeSource", SOURCE))];

const SOURCE: &[Field] = &[
    ("HostPath", "hostPath", Maybe("v1.HostPathVolumeSource", HOST_PATH)),
    ("EmptyDir", "emptyDir", Maybe("v1.EmptyDirVolumeSource", EMPTY_DIR)),
    ("GCEPersistentDisk", "gcePersistentDisk", Nil("*v1.GCEPersistentDiskVolumeSource")),
    ("AWSElasticBlockStore", "awsElasticBlockStore", Nil("*v1.AWSElasticBlockStoreVolumeSource")),
    ("GitRepo", "gitRepo", Nil("*v1.GitRepoVolumeSource")),
    ("Secret", "secret", Nil("*v1.SecretVolumeSource")),
    ("NFS", "nfs", Nil("*v1.NFSVolumeSource")),
    ("ISCSI", "iscsi", Nil("*v1.ISCSIVolumeSource")),
    ("Glusterfs", "glusterfs", Nil("*v1.GlusterfsVolumeSource")),
    ("PersistentVolumeClaim", "persistentVolumeClaim", Maybe("v1.PersistentVolumeClaimVolumeSource", CLAIM)),
    ("RBD", "rbd", Nil("*v1.RBDVolumeSource")),
    ("FlexVolume", "flexVolume", Nil("*v1.FlexVolumeSource")),
    ("Cinder", "cinder", Nil("*v1.CinderVolumeSource")),
    ("CephFS", "cephfs", Nil("*v1.CephFSVolumeSource")),
    ("Flocker", "flocker", Nil("*v1.FlockerVolumeSource")),
    ("DownwardAPI", "downwardAPI", Nil("*v1.DownwardAPIVolumeSource")),
    ("FC", "fc", Nil("*v1.FCVolumeSource")),
    ("AzureFile", "azureFile", Nil("*v1.AzureFileVolumeSource")),
    ("ConfigMap", "configMap", Nil("*v1.ConfigMapVolumeSource")),
    ("VsphereVolume", "vsphereVolume", Nil("*v1.VsphereVirtualDiskVolumeSource")),
    ("Quobyte", "quobyte", Nil("*v1.QuobyteVolumeSource")),
    ("AzureDisk", "azureDisk", Nil("*v1.AzureDiskVolumeSource")),
    ("PhotonPersistentDisk", "photonPersistentDisk", Nil("*v1.PhotonPersistentDiskVolumeSource")),
    ("Projected", "projected", Nil("*v1.ProjectedVolumeSource")),
    ("PortworxVolume", "portworxVolume", Nil("*v1.PortworxVolumeSource")),
    ("ScaleIO", "scaleIO", Nil("*v1.ScaleIOVolumeSource")),
    ("StorageOS", "storageos", Nil("*v1.StorageOSVolumeSource")),
    ("CSI", "csi", Nil("*v1.CSIVolumeSource")),
    ("Ephemeral", "ephemeral", Nil("*v1.EphemeralVolumeSource")),
    ("Image", "image", Nil("*v1.ImageVolumeSource")),
];

const HOST_PATH: &[Field] = &[("Path", "path", Text("string")), ("Type", "type", Pointer("v1.HostPathType"))];

const EMPTY_DIR: &[Field] = &[("Medium", "medium", Text("v1.StorageMedium")), ("SizeLimit", "sizeLimit", Nil("*resource.Quantity"))];

const CLAIM: &[Field] = &[("ClaimName", "claimName", Text("string")), ("ReadOnly", "readOnly", Flag)];

/// A template with the types of all its fields; none where one is set that is not written out here.
pub fn for_hash(template: &PodTemplate) -> Option<String> {
    let value = serde_json::to_value(template).ok()?;
    fields(&value, TEMPLATE).map(|text| format!("(v1.PodTemplateSpec){text}"))
}

fn fields(value: &Value, shape: &[Field]) -> Option<String> {
    let is_known = |name: &String| shape.iter().any(|field| has(field, name));
    if value.as_object().is_some_and(|map| !map.keys().all(is_known)) {
        return None;
    }
    let texts: Option<Vec<String>> = shape.iter().map(|field| Some(format!("{}:{}", field.0, slot(value, field)?))).collect();
    texts.map(|texts| format!("{{{}}}", texts.join(" ")))
}

fn has((_, own, slot): &Field, name: &str) -> bool {
    match slot {
        Lifted(_, shape) => shape.iter().any(|field| has(field, name)),
        Text(_) | Number(_) | Flag | Pointer(_) | Texts | Map | Port | Time | Nil(_) | Inner(..) | Maybe(..) | List(..) => *own == name,
    }
}

/// The fields of a lifted struct among those of what holds it.
fn lowered(holder: &Value, shape: &[Field]) -> Value {
    let map = holder.as_object().into_iter().flatten();
    map.filter(|(name, _)| shape.iter().any(|field| has(field, name))).map(|(name, value)| (name.clone(), value.clone())).collect()
}

fn slot(holder: &Value, (_, name, slot): &Field) -> Option<String> {
    let value = &holder[*name];
    let is_set = match value {
        Value::Null => false,
        Value::Array(items) => !items.is_empty(),
        Value::Object(_) | Value::Bool(_) | Value::Number(_) | Value::String(_) => true,
    };
    let plain = |zero: &str| if is_set { bare(value) } else { zero.to_owned() };
    Some(match slot {
        Text(kind) => format!("({kind}){}", plain("")),
        Number(kind) => format!("({kind}){}", plain("0")),
        Flag => format!("(bool){}", plain("false")),
        Pointer(kind) => format!("(*{kind}){}", plain("<nil>")),
        Texts => format!("([]string){}", if is_set { format!("[{}]", items(value, |item| Some(bare(item)))?) } else { "<nil>".to_owned() }),
        Map => format!("(map[string]string){}", map(value)),
        Port => format!("(intstr.IntOrString){}", port(value)),
        Time => "(v1.Time){Time:(time.Time){wall:(uint64)0 ext:(int64)0 loc:(*time.Location)<nil>}}".to_owned(),
        Nil(_) if is_set => return None,
        Nil(kind) => format!("({kind})<nil>"),
        Inner(kind, shape) => format!("({kind}){}", fields(value, shape)?),
        Lifted(kind, shape) => format!("({kind}){}", fields(&lowered(holder, shape), shape)?),
        Maybe(kind, shape) if is_set => format!("(*{kind}){}", fields(value, shape)?),
        Maybe(kind, _) => format!("(*{kind})<nil>"),
        List(kind, shape) if is_set => format!("([]{kind})[{}]", items(value, |item| fields(item, shape))?),
        List(kind, _) => format!("([]{kind})<nil>"),
    })
}

fn bare(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

fn items(list: &Value, text: impl Fn(&Value) -> Option<String>) -> Option<String> {
    let texts: Option<Vec<String>> = list.as_array().into_iter().flatten().map(text).collect();
    texts.map(|texts| texts.join(" "))
}

fn map(value: &Value) -> String {
    match value.as_object().filter(|map| !map.is_empty()) {
        Some(map) => {
            let pairs: Vec<String> = map.iter().map(|(key, value)| format!("{key}:{}", bare(value))).collect();
            format!("map[{}]", pairs.join(" "))
        }
        None => "<nil>".to_owned(),
    }
}

fn port(value: &Value) -> String {
    match value.as_str() {
        Some(name) => format!("{{Type:(intstr.Type)1 IntVal:(int32)0 StrVal:(string){name}}}"),
        None => format!("{{Type:(intstr.Type)0 IntVal:(int32){} StrVal:(string)}}", value.as_i64().unwrap_or(0)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn dump(container: Value) -> Option<String> {
        let mut whole = json!({"name": "a", "image": "i"});
        whole.as_object_mut().unwrap().extend(container.as_object().unwrap().clone());
        for_hash(&serde_json::from_value(json!({"metadata": {"labels": {"b": "c"}}, "spec": {"containers": [whole]}})).unwrap())
    }

    #[test]
    fn fields_have_their_types_and_nil_stands_for_what_is_not_set() {
        let text = dump(json!({})).unwrap();
        assert!(text.starts_with("(v1.PodTemplateSpec){ObjectMeta:(v1.ObjectMeta){Name:(string) GenerateName:(string) "), "{text}");
        assert!(text.contains(" Labels:(map[string]string)map[b:c] Annotations:(map[string]string)<nil> "), "{text}");
        assert!(text.contains(" Containers:([]v1.Container)[{Name:(string)a Image:(string)i Command:([]string)<nil> "), "{text}");
        assert!(text.ends_with(" SchedulingGroup:(*v1.PodSchedulingGroup)<nil>}}"), "{text}");
    }

    #[test]
    fn what_is_set_stands_there_without_another_type() {
        let probe = json!({"readinessProbe": {"httpGet": {"path": "/", "port": "http", "scheme": "HTTP"}, "periodSeconds": 10}});
        let text = dump(probe).unwrap();
        let wanted = "ReadinessProbe:(*v1.Probe){ProbeHandler:(v1.ProbeHandler){Exec:(*v1.ExecAction)<nil> \
                      HTTPGet:(*v1.HTTPGetAction){Path:(string)/ Port:(intstr.IntOrString){Type:(intstr.Type)1 IntVal:(int32)0 \
                      StrVal:(string)http} Host:(string) Scheme:(v1.URIScheme)HTTP HTTPHeaders:([]v1.HTTPHeader)<nil>} ";
        assert!(text.contains(wanted), "{text}");
        let text = dump(json!({"command": ["sleep", "9"], "ports": [{"containerPort": 80, "protocol": "TCP"}]})).unwrap();
        assert!(text.contains(" Command:([]string)[sleep 9] Args:"), "{text}");
        let wanted = "Ports:([]v1.ContainerPort)[{Name:(string) HostPort:(int32)0 ContainerPort:(int32)80 Protocol:(v1.Protocol)TCP HostIP:(string)}]";
        assert!(text.contains(wanted), "{text}");
    }

    #[test]
    fn a_template_with_more_is_not_dumped() {
        assert_eq!(dump(json!({"resources": {"limits": {"cpu": "1"}}})), None);
        assert_eq!(dump(json!({"lifecycle": {"preStop": {"exec": {"command": ["x"]}}}})), None);
    }
}
