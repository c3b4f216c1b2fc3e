//! A pod template as upstream dumps it before it hashes it: Go's structs field by field, with their types. Upstream: the
//! structs of k8s.io/api/core/v1, printed by apimachinery/pkg/util/dump.ForHash.
//!
//! Simplified: a template with a field whose struct is not written out here is not dumped.

mod structs;

use super::PodTemplate;
use serde_json::Value;
use structs::Slot::{Flag, Inner, Lifted, List, Map, Maybe, Nil, Number, Pointer, Port, Quantities, Text, Texts, Time};
use structs::{Field, TEMPLATE};

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
        Text(_) | Number(_) | Flag | Pointer(_) | Texts | Map | Port | Quantities | Time | Nil(_) | Inner(..) | Maybe(..) | List(..) => {
            *own == name
        }
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
        Quantities if is_set => format!("(v1.ResourceList)map[{}]", quantities(value)?),
        Quantities => "(v1.ResourceList)<nil>".to_owned(),
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

fn quantities(value: &Value) -> Option<String> {
    let pairs = value.as_object().into_iter().flatten();
    let texts: Option<Vec<String>> = pairs.map(|(name, amount)| Some(format!("{name}:{}", quantity(&bare(amount))?))).collect();
    texts.map(|texts| texts.join(" "))
}

/// A quantity in its canonical form as it is parsed; none for one that is not a whole number of few digits with a suffix.
/// Upstream: resource.ParseQuantity, on its fast path.
fn quantity(text: &str) -> Option<String> {
    const DECIMAL: [(&str, i32); 9] = [("n", -9), ("u", -6), ("m", -3), ("k", 3), ("M", 6), ("G", 9), ("T", 12), ("P", 15), ("E", 18)];
    /// Suffix, its power of two, how many digits that is about.
    const BINARY: [(&str, u32, usize); 4] = [("Ki", 10, 3), ("Mi", 20, 6), ("Gi", 30, 9), ("Ti", 40, 12)];
    let suffix = text.trim_start_matches(|c: char| c.is_ascii_digit());
    let digits = text.len() - suffix.len();
    let number: i64 = text[..digits].parse().ok().filter(|_| digits <= 14)?;
    let decimal = DECIMAL.iter().find(|(known, _)| *known == suffix).map(|(_, scale)| (number, *scale, "DecimalSI"));
    let binary = BINARY.iter().find(|(known, _, more)| *known == suffix && digits + more <= 14);
    let (value, scale, format) = match (suffix, number) {
        ("", 0) => (0, 0, ""),
        ("", _) => (number, 0, "DecimalSI"),
        _ => decimal.or(binary.map(|(_, power, _)| (number << power, 0, "BinarySI")))?,
    };
    let amount = format!("{{value:(int64){value} scale:(resource.Scale){scale}}}");
    let rest = format!("d:(resource.infDecAmount){{Dec:(*inf.Dec)<nil>}} s:(string){text} Format:(resource.Format){format}");
    Some(format!("{{i:(resource.int64Amount){amount} {rest}}}"))
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
    fn quantities_are_dumped_as_they_are_parsed() {
        for (text, value, scale, format) in [
            ("500m", 500, -3, "DecimalSI"),
            ("2", 2, 0, "DecimalSI"),
            ("0", 0, 0, ""),
            ("170Mi", 178_257_920, 0, "BinarySI"),
            ("1G", 1, 9, "DecimalSI"),
        ] {
            let wanted = format!(
                " Requests:(v1.ResourceList)map[x:{{i:(resource.int64Amount){{value:(int64){value} scale:(resource.Scale){scale}}} \
                 d:(resource.infDecAmount){{Dec:(*inf.Dec)<nil>}} s:(string){text} Format:(resource.Format){format}}}] "
            );
            let dumped = dump(json!({"resources": {"requests": {"x": text}}})).unwrap();
            assert!(dumped.contains(&wanted), "{dumped}");
        }
    }

    #[test]
    fn a_template_with_more_is_not_dumped() {
        assert_eq!(dump(json!({"securityContext": {"privileged": true}})), None);
        assert_eq!(dump(json!({"resources": {"limits": {"cpu": "1.5e3"}}})), None);
    }
}
