use podyard::api::*;
use podyard::sim::*;
use serde_json::json;
fn main() {
    let mut w = World::new(Options::default());
    let sts = Object::from_value(Kind::StatefulSet, json!({"metadata":{"name":"kubia","namespace":"default"},"spec":{"replicas":3,"serviceName":"kubia","selector":{"matchLabels":{"app":"kubia"}},"updateStrategy":{"type":"RollingUpdate","rollingUpdate":{"partition":0}},"template":{"metadata":{"labels":{"app":"kubia"}},"spec":{"containers":[{"name":"kubia","image":"luksa/kubia-pet","imagePullPolicy":"IfNotPresent"}]}}}})).unwrap();
    w.apply(Act::Request(Request::Create(sts))).unwrap();
    let rs = Object::from_value(Kind::ReplicaSet, json!({"metadata":{"name":"kubia-rs","namespace":"default"},"spec":{"replicas":3,"selector":{"matchLabels":{"app":"rs"}},"template":{"metadata":{"labels":{"app":"rs"}},"spec":{"containers":[{"name":"kubia","image":"luksa/kubia-pet","imagePullPolicy":"IfNotPresent"}]}}}})).unwrap();
    w.apply(Act::Request(Request::Create(rs))).unwrap();
    let from = w.changes().next();
    let t = w.now();
    w.advance(t + Span::secs(8));
    let k = Key::new("default", "kubia-1");
    w.apply(Act::Request(Request::Delete(Kind::Pod, k, DeleteOptions::default()))).unwrap();
    let t = w.now();
    w.advance(t + Span::secs(8));
    for c in w.changes().since(from) {
        let what = match &c.what {
            What::Written { before, after } => {
                let o = after.as_ref().or(before.as_ref()).unwrap();
                let extra = match o {
                    Object::Pod(p) => {
                        format!("{:?} ready={} node={} ip={}", p.status.phase, p.is_ready(), p.spec.node_name, p.status.pod_ip)
                    }
                    Object::StatefulSet(s) => {
                        format!("{:?}", (s.status.replicas, s.status.ready_replicas, s.status.current_replicas, s.status.updated_replicas))
                    }
                    Object::ReplicaSet(s) => format!("{:?}", (s.status.replicas, s.status.ready_replicas)),
                    Object::Event(e) => format!("{} {}", e.reason, e.message),
                    _ => String::new(),
                };
                format!(
                    "{} {} {} {}",
                    if before.is_none() {
                        "ADDED"
                    } else if after.is_none() {
                        "DELETED"
                    } else {
                        "MODIFIED"
                    },
                    o.kind().name(),
                    o.key(),
                    extra
                )
            }
            o => format!("{o:?}"),
        };
        println!("{:>7} {:<24} {}", (c.at - w.options().epoch).0, c.actor.component(), what);
    }
}
