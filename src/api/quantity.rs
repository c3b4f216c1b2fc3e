//! Quantities: `1Mi`, `100m`, `5G`.

use super::meta::Name;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::cmp::Ordering;
use std::fmt;

/// resource.Quantity: its canonical text, and its value in thousandths.
#[derive(Clone, Debug, Default)]
pub struct Quantity {
    text: Name,
    milli: i128,
}

/// Suffix and its factor in thousandths of one.
const SUFFIXES: [(&str, i128); 14] = [
    ("Ki", 1_000 << 10),
    ("Mi", 1_000 << 20),
    ("Gi", 1_000 << 30),
    ("Ti", 1_000 << 40),
    ("Pi", 1_000 << 50),
    ("Ei", 1_000 << 60),
    ("m", 1),
    ("k", 1_000_000),
    ("M", 1_000_000_000),
    ("G", 1_000_000_000_000),
    ("T", 1_000_000_000_000_000),
    ("P", 1_000_000_000_000_000_000),
    ("E", 1_000_000_000_000_000_000_000),
    ("", 1_000),
];

/// The most that a quantity can be, in thousandths; what is more counts as so much. Upstream: maxAllowed.
const MOST: i128 = i64::MAX as i128 * 1000;

impl Quantity {
    /// Reads a quantity; `None` where the text is none. Fractions finer than a thousandth are rounded up, as upstream does.
    pub fn parse(text: &str) -> Option<Quantity> {
        let (number, factor) = SUFFIXES.iter().find_map(|(s, f)| Some((text.strip_suffix(s)?, *f)))?;
        let milli = match number.split_once(['e', 'E']) {
            Some((base, power)) => shift(decimal(base, factor)?, power.parse().ok()?)?,
            None => decimal(number, factor)?,
        };
        let milli = milli.clamp(-MOST, MOST);
        let exponent = number.contains(['e', 'E']);
        let (milli, text) = if exponent { (milli, text.to_owned()) } else { canonical(milli, text.ends_with('i')) };
        Some(Quantity { text: text.into(), milli })
    }
    /// A whole number.
    pub fn whole(n: i64) -> Quantity {
        Quantity { text: n.to_string().into(), milli: i128::from(n) * 1000 }
    }
    /// In thousandths.
    pub fn milli(&self) -> i128 {
        self.milli
    }
    /// In whole units, rounded up.
    pub fn value(&self) -> i128 {
        self.milli.div_euclid(1000) + i128::from(self.milli.rem_euclid(1000) != 0)
    }
}

/// The shortest text, `1Gi` for `1024Mi`, `100m` for `0.1`, and what it amounts to. Binary suffixes only for whole numbers of
/// at least 1024, rounded up: that is what is stored, and so what it is from then on. Upstream: Quantity.CanonicalizeBytes.
fn canonical(milli: i128, binary: bool) -> (i128, String) {
    let whole = milli.div_euclid(1000) + i128::from(milli.rem_euclid(1000) != 0);
    let (milli, binary) = if binary && whole.abs() >= 1024 { (whole * 1000, true) } else { (milli, false) };
    let fits = |(suffix, factor): &&(&str, i128)| (suffix.ends_with('i') == binary || suffix.is_empty()) && milli % factor == 0;
    let (suffix, factor) = SUFFIXES.iter().filter(fits).max_by_key(|(_, factor)| *factor).unwrap_or(&("m", 1));
    (milli, if milli == 0 { "0".to_owned() } else { format!("{}{suffix}", milli / factor) })
}

fn decimal(text: &str, factor: i128) -> Option<i128> {
    let (sign, digits) = match text.strip_prefix('-') {
        Some(rest) => (-1, rest),
        None => (1, text.strip_prefix('+').unwrap_or(text)),
    };
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    let all = format!("{whole}{fraction}");
    if all.is_empty() || all.len() > 24 || !all.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    let scale = 10i128.checked_pow(fraction.len().try_into().ok()?)?;
    let value = all.parse::<i128>().ok()?.checked_mul(factor)?;
    Some(sign * (value / scale + i128::from(value % scale != 0)))
}

fn shift(milli: i128, power: i32) -> Option<i128> {
    let scale = 10i128.checked_pow(power.unsigned_abs())?;
    if power >= 0 { milli.checked_mul(scale) } else { Some(milli / scale + i128::from(milli % scale != 0)) }
}

impl fmt::Display for Quantity {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str(if self.text.is_empty() { "0" } else { &self.text })
    }
}

impl PartialEq for Quantity {
    fn eq(&self, other: &Quantity) -> bool {
        self.milli == other.milli
    }
}

impl Eq for Quantity {}

impl PartialOrd for Quantity {
    fn partial_cmp(&self, other: &Quantity) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Quantity {
    fn cmp(&self, other: &Quantity) -> Ordering {
        self.milli.cmp(&other.milli)
    }
}

impl Serialize for Quantity {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Quantity {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Quantity, D::Error> {
        let value = serde_json::Value::deserialize(deserializer)?;
        let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        Quantity::parse(&text).ok_or_else(|| {
            serde::de::Error::custom("quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'")
        })
    }
}

#[cfg(test)]
mod tests {
    use super::Quantity;

    /// Upstream: TestQuantityParse in apimachinery/pkg/api/resource.
    #[test]
    fn canonical_texts() {
        for (written, shown) in [
            ("1024Mi", "1Gi"),
            ("1000Mi", "1000Mi"),
            ("1.5Gi", "1536Mi"),
            ("0.5Ki", "512"),
            ("0.1", "100m"),
            ("1000m", "1"),
            ("1000", "1k"),
            ("1.5G", "1500M"),
            ("0Gi", "0"),
            ("-2000m", "-2"),
            ("1.512Gi", "1623497638"),
            ("-340000000000000001.6Gi", "-9223372036854775807"),
        ] {
            let read = Quantity::parse(written).unwrap();
            assert_eq!(read.to_string(), shown);
            assert_eq!(Quantity::parse(shown), Some(read), "{written}");
        }
    }

    #[test]
    fn values() {
        let milli = |text| Quantity::parse(text).map(|q| q.milli());
        assert_eq!(milli("1Mi"), Some(1_048_576_000));
        assert_eq!(milli("100m"), Some(100));
        assert_eq!(milli("1.5"), Some(1500));
        assert_eq!(milli("5G"), Some(5_000_000_000_000));
        assert_eq!(milli("1e3"), Some(1_000_000));
        assert_eq!(milli("-2"), Some(-2000));
        for wrong in ["", "Mi", "1.2.3", "one", "1Zi", "9999999999999999999999999999"] {
            assert_eq!(milli(wrong), None, "{wrong}");
        }
        assert!(Quantity::parse("1Gi") > Quantity::parse("1G"));
    }
}
