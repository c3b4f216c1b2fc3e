//! A story with an object of every kind, every way to write a pod, and trouble.

use podyard::shell;
use podyard::sim::World;

/// Types a line and lets it end.
pub fn told(world: &mut World, line: &str, stdin: Option<&str>) -> shell::Output {
    let turn = shell::run(world, line, stdin);
    shell::finish(world, turn)
}

/// The same for a line that must succeed: what it prints.
pub fn typed(world: &mut World, line: &str) -> String {
    let output = told(world, line, None);
    assert_eq!(output.rc, 0, "{line}: {}", output.err);
    output.out
}

/// What is typed, one after the other.
pub const LINES: &[&str] = &[
    "kubectl apply -f -",
    "wait 300ms",
    "wait 40s",
    "curl -X POST -d hello localhost:8001/api/v1/namespaces/default/pods/kubia-0/proxy/",
    "kubectl set image sts/kubia main=luksa/kubia-pet:v2",
    "wait 700ms",
    "fail kubia-1 --exit 3",
    "wait 30s",
    "kubectl scale sts/kubia --replicas=1",
    "kubectl delete pvc data-kubia-1 --wait=false",
    "wait 2s",
    "disconnect node-2",
    "kubectl set image deployment/front main=luksa/kubia-broken",
    "wait 70s",
    "wait 400s",
    "kubectl drain node-1 --force --ignore-daemonsets --delete-emptydir-data --timeout=10s",
    "reconnect node-2",
    "kubectl delete node node-3",
    "wait 90s",
    "kubectl delete sts kubia --cascade=foreground --wait=false",
    "wait 60s",
];

/// What is applied.
pub const MANIFEST: &str = r#"
apiVersion: v1
kind: Namespace
metadata: {name: other, labels: {team: a}}
---
apiVersion: v1
kind: ConfigMap
metadata: {name: settings, annotations: {note: "12"}}
data: {a: "1", b: "two\nlines\n"}
binaryData: {c: aGVsbG8=}
immutable: true
---
apiVersion: v1
kind: Secret
metadata: {name: hidden, namespace: other}
type: Opaque
data: {password: aGVsbG8=}
stringData: {user: me}
---
apiVersion: v1
kind: ServiceAccount
metadata: {name: robot}
automountServiceAccountToken: false
---
apiVersion: apps/v1
kind: DaemonSet
metadata: {name: everywhere}
spec:
  selector: {matchLabels: {app: everywhere}}
  template: {metadata: {labels: {app: everywhere}}, spec: {containers: [{name: main, image: nginx}]}}
---
apiVersion: storage.k8s.io/v1
kind: CSIDriver
metadata: {name: disks.example.com}
spec: {attachRequired: true}
---
apiVersion: storage.k8s.io/v1
kind: CSINode
metadata: {name: node-1}
spec: {drivers: [{name: disks.example.com, nodeID: node-1}]}
---
apiVersion: storage.k8s.io/v1
kind: VolumeAttributesClass
metadata: {name: fast}
driverName: disks.example.com
parameters: {iops: "100"}
---
apiVersion: storage.k8s.io/v1
kind: StorageClass
metadata: {name: fast, annotations: {storageclass.kubernetes.io/is-default-class: "true"}}
provisioner: disks.example.com
parameters: {type: ssd}
allowVolumeExpansion: true
mountOptions: [noatime]
---
apiVersion: v1
kind: PersistentVolume
metadata: {name: pv-gce}
spec:
  capacity: {storage: 1Gi}
  accessModes: [ReadWriteOnce, ReadOnlyMany]
  persistentVolumeReclaimPolicy: Recycle
  gcePersistentDisk: {pdName: disk-a, fsType: ext4}
---
apiVersion: v1
kind: PersistentVolume
metadata: {name: pv-local}
spec:
  capacity: {storage: 500Mi}
  accessModes: [ReadWriteOnce]
  storageClassName: local
  local: {path: /ssd}
  nodeAffinity:
    required:
      nodeSelectorTerms:
      - matchExpressions: [{key: kubernetes.io/hostname, operator: In, values: [node-1]}]
---
apiVersion: v1
kind: PersistentVolume
metadata: {name: pv-host}
spec:
  capacity: {storage: 1.5Gi}
  accessModes: [ReadWriteMany]
  mountOptions: [hard]
  hostPath: {path: /data, type: DirectoryOrCreate}
---
apiVersion: v1
kind: PersistentVolumeClaim
metadata: {name: shared}
spec:
  accessModes: [ReadWriteMany]
  storageClassName: ""
  selector: {matchExpressions: [{key: never, operator: DoesNotExist}]}
  resources: {requests: {storage: 1Gi}}
---
apiVersion: v1
kind: Service
metadata: {name: kubia}
spec:
  clusterIP: None
  publishNotReadyAddresses: true
  selector: {app: kubia}
  ports: [{name: http, port: 80, targetPort: web}]
---
apiVersion: v1
kind: Service
metadata: {name: outside}
spec: {type: ExternalName, externalName: example.com}
---
apiVersion: v1
kind: Service
metadata: {name: door}
spec:
  type: NodePort
  sessionAffinity: ClientIP
  selector: {app: front}
  ports: [{name: a, port: 80, targetPort: 8080}, {name: b, port: 53, protocol: UDP}]
---
apiVersion: apps/v1
kind: StatefulSet
metadata: {name: kubia, labels: {tier: back}}
spec:
  serviceName: kubia
  replicas: 2
  minReadySeconds: 3
  ordinals: {start: 0}
  persistentVolumeClaimRetentionPolicy: {whenDeleted: Delete, whenScaled: Retain}
  updateStrategy: {type: RollingUpdate, rollingUpdate: {partition: 0}}
  selector: {matchLabels: {app: kubia}, matchExpressions: [{key: app, operator: In, values: [kubia]}]}
  template:
    metadata: {labels: {app: kubia}, annotations: {a: b}}
    spec:
      securityContext: {fsGroup: 2000}
      containers:
      - name: main
        image: luksa/kubia-pet
        ports: [{name: web, containerPort: 8080}]
        env: [{name: A, value: b}, {name: ME, valueFrom: {fieldRef: {fieldPath: metadata.name}}}]
        resources: {requests: {cpu: 100m, memory: 64Mi}, limits: {memory: 128Mi}}
        readinessProbe: {httpGet: {path: /, port: web}, periodSeconds: 3}
        volumeMounts: [{name: data, mountPath: /var/data}, {name: scratch, mountPath: /tmp, readOnly: true}]
      volumes: [{name: scratch, emptyDir: {sizeLimit: 1Gi}}]
  volumeClaimTemplates:
  - metadata: {name: data, labels: {kept: "yes"}}
    spec:
      accessModes: [ReadWriteOnce]
      resources: {requests: {storage: 1Gi}}
---
apiVersion: apps/v1
kind: ReplicaSet
metadata: {name: rs}
spec:
  replicas: 3
  selector: {matchLabels: {app: rs}}
  template:
    metadata: {labels: {app: rs}}
    spec:
      terminationGracePeriodSeconds: 5
      containers:
      - name: main
        image: luksa/kubia-pet
        volumeMounts: [{name: data, mountPath: /var/data, subPath: x}]
      - {name: side, image: "busybox:1", command: [sleep, "9999"], imagePullPolicy: Always}
      volumes: [{name: data, persistentVolumeClaim: {claimName: shared}}]
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: front}
spec:
  replicas: 2
  revisionHistoryLimit: 2
  selector: {matchLabels: {app: front}}
  strategy: {rollingUpdate: {maxSurge: 1, maxUnavailable: 25%}}
  template:
    metadata: {labels: {app: front}}
    spec:
      containers: [{name: main, image: nginx, livenessProbe: {tcpSocket: {port: 80}}}]
---
apiVersion: storage.k8s.io/v1
kind: CSINode
metadata: {name: node-1}
spec: {drivers: [{name: d, nodeID: n, allocatable: {count: 9}}]}
---
apiVersion: policy/v1
kind: PodDisruptionBudget
metadata: {name: budget}
spec: {minAvailable: 50%, selector: {matchLabels: {app: kubia}}}
---
apiVersion: v1
kind: Pod
metadata: {name: odd, labels: {app: odd}}
spec:
  restartPolicy: OnFailure
  activeDeadlineSeconds: 600
  nodeSelector: {kubernetes.io/os: linux}
  hostAliases: [{ip: 10.0.0.1, hostnames: [a]}]
  dnsConfig: {options: [{name: ndots, value: "1"}]}
  tolerations: [{key: x, operator: Exists, effect: NoExecute, tolerationSeconds: 20}]
  topologySpreadConstraints:
  - {maxSkew: 1, topologyKey: kubernetes.io/hostname, whenUnsatisfiable: ScheduleAnyway, labelSelector: {matchLabels: {app: odd}}}
  affinity:
    podAntiAffinity:
      preferredDuringSchedulingIgnoredDuringExecution:
      - {weight: 5, podAffinityTerm: {topologyKey: kubernetes.io/hostname, labelSelector: {matchLabels: {app: rs}}}}
    nodeAffinity:
      requiredDuringSchedulingIgnoredDuringExecution:
        nodeSelectorTerms: [{matchExpressions: [{key: kubernetes.io/hostname, operator: NotIn, values: [node-9]}]}]
  initContainers: [{name: first, image: busybox, args: ["true"]}]
  containers:
  - name: main
    image: busybox
    envFrom: [{configMapRef: {name: settings, optional: true}}]
    lifecycle: {preStop: {exec: {command: [sleep, "1"]}}}
    startupProbe: {exec: {command: ["true"]}, failureThreshold: 9}
    securityContext: {runAsUser: 1000, capabilities: {drop: [ALL]}}
    volumeMounts: [{name: config, mountPath: /etc/config}, {name: all, mountPath: /all}]
  volumes:
  - {name: config, configMap: {name: settings, defaultMode: 0400, items: [{key: a, path: b}]}}
  - {name: all, projected: {sources: [{downwardAPI: {items: [{path: labels, fieldRef: {fieldPath: metadata.labels}}]}}]}}
  - {name: claim, ephemeral: {volumeClaimTemplate: {spec: {accessModes: [ReadWriteOnce], resources: {requests: {storage: 1Gi}}}}}}
---
apiVersion: v1
kind: Pod
metadata: {name: huge}
spec: {containers: [{name: main, image: nginx, resources: {requests: {cpu: "99"}}}]}
---
apiVersion: v1
kind: Pod
metadata: {name: broken}
spec: {containers: [{name: main, image: luksa/kubia-broken}]}
"#;
