use podyard::api::*;
use podyard::sim::*;
use serde_json::json;
fn main() {
    let n: u32 = std::env::args().nth(1).and_then(|a| a.parse().ok()).unwrap_or(5000);
    let r: i64 = std::env::args().nth(2).and_then(|a| a.parse().ok()).unwrap_or(5000);
    let t0 = std::time::Instant::now();
    let mut w = World::new(Options { nodes: n, ..Options::default() });
    eprintln!("nodes {:?}", t0.elapsed());
    let sts = Object::from_value(Kind::StatefulSet, json!({"metadata":{"name":"kubia","namespace":"default"},"spec":{"replicas":r,"podManagementPolicy":"Parallel","serviceName":"kubia","selector":{"matchLabels":{"app":"kubia"}},"updateStrategy":{"type":"RollingUpdate","rollingUpdate":{"partition":0}},"template":{"metadata":{"labels":{"app":"kubia"}},"spec":{"containers":[{"name":"kubia","image":"luksa/kubia-pet","imagePullPolicy":"IfNotPresent"}]}}}})).unwrap();
    w.apply(Act::Request(Request::Create(sts))).unwrap();
    let rs = Object::from_value(Kind::ReplicaSet, json!({"metadata":{"name":"kubia-rs","namespace":"default"},"spec":{"replicas":r,"selector":{"matchLabels":{"app":"rs"}},"template":{"metadata":{"labels":{"app":"rs"}},"spec":{"containers":[{"name":"kubia","image":"luksa/kubia-pet","imagePullPolicy":"IfNotPresent"}]}}}})).unwrap();
    w.apply(Act::Request(Request::Create(rs))).unwrap();
    let mut steps = 0u64;
    loop {
        w.step();
        steps += 1;
        if steps % 1000 == 0 {
            let rs = w.list::<ReplicaSet>().next().unwrap().status.ready_replicas as i64;
            let st = w.list::<StatefulSet>().next().unwrap().status.ready_replicas as i64;
            if rs == r && st == r {
                break;
            }
        }
    }
    eprintln!("ready {:?} virtual {}s steps {} changes {}", t0.elapsed(), w.elapsed().as_secs(), steps, w.changes().next());
}
