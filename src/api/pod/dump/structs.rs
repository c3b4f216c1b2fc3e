//! Go's structs of a pod template, field by field in their order. Upstream: k8s.io/api/core/v1, apimachinery/pkg/apis/meta/v1.

/// What stands for a field, with its type in Go.
#[derive(Clone, Copy)]
pub enum Slot {
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
    /// Quantities by resource.
    Quantities,
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
use Slot::{Flag, Inner, Lifted, List, Map, Maybe, Nil, Number, Pointer, Port, Quantities, Text, Texts, Time};

/// Name in Go, name in the manifest, what stands for it.
pub type Field = (&'static str, &'static str, Slot);

/// A pod template.
pub const TEMPLATE: &[Field] = &[("ObjectMeta", "metadata", Inner("v1.ObjectMeta", META)), ("Spec", "spec", Inner("v1.PodSpec", SPEC))];

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
    ("Overhead", "overhead", Quantities),
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
    ("Lifecycle", "lifecycle", Maybe("v1.Lifecycle", LIFECYCLE)),
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

const ENV: &[Field] = &[
    ("Name", "name", Text("string")),
    ("Value", "value", Text("string")),
    ("ValueFrom", "valueFrom", Maybe("v1.EnvVarSource", ENV_SOURCE)),
];

const ENV_SOURCE: &[Field] = &[
    ("FieldRef", "fieldRef", Maybe("v1.ObjectFieldSelector", FIELD)),
    ("ResourceFieldRef", "resourceFieldRef", Nil("*v1.ResourceFieldSelector")),
    ("ConfigMapKeyRef", "configMapKeyRef", Nil("*v1.ConfigMapKeySelector")),
    ("SecretKeyRef", "secretKeyRef", Nil("*v1.SecretKeySelector")),
    ("FileKeyRef", "fileKeyRef", Nil("*v1.FileKeySelector")),
];

const FIELD: &[Field] = &[("APIVersion", "apiVersion", Text("string")), ("FieldPath", "fieldPath", Text("string"))];

const RESOURCES: &[Field] =
    &[("Limits", "limits", Quantities), ("Requests", "requests", Quantities), ("Claims", "claims", Nil("[]v1.ResourceClaim"))];

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

const LIFECYCLE: &[Field] = &[
    ("PostStart", "postStart", Maybe("v1.LifecycleHandler", HOOK)),
    ("PreStop", "preStop", Maybe("v1.LifecycleHandler", HOOK)),
    ("StopSignal", "stopSignal", Pointer("v1.Signal")),
];

const HOOK: &[Field] = &[
    ("Exec", "exec", Maybe("v1.ExecAction", &[("Command", "command", Texts)])),
    ("HTTPGet", "httpGet", Maybe("v1.HTTPGetAction", HTTP_GET)),
    ("TCPSocket", "tcpSocket", Maybe("v1.TCPSocketAction", &[("Port", "port", Port), ("Host", "host", Text("string"))])),
    ("Sleep", "sleep", Maybe("v1.SleepAction", &[("Seconds", "seconds", Number("int64"))])),
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
    ("Secret", "secret", Maybe("v1.SecretVolumeSource", SECRET)),
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
    ("ConfigMap", "configMap", Maybe("v1.ConfigMapVolumeSource", CONFIG_MAP)),
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

const CONFIG_MAP: &[Field] = &[
    ("LocalObjectReference", "", Lifted("v1.LocalObjectReference", &[("Name", "name", Text("string"))])),
    ("Items", "items", Nil("[]v1.KeyToPath")),
    ("DefaultMode", "defaultMode", Pointer("int32")),
    ("Optional", "optional", Pointer("bool")),
];

const SECRET: &[Field] = &[
    ("SecretName", "secretName", Text("string")),
    ("Items", "items", Nil("[]v1.KeyToPath")),
    ("DefaultMode", "defaultMode", Pointer("int32")),
    ("Optional", "optional", Pointer("bool")),
];

const CLAIM: &[Field] = &[("ClaimName", "claimName", Text("string")), ("ReadOnly", "readOnly", Flag)];
