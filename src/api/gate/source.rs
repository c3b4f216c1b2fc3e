//! A JSON value as the one source from which every published type is read: it knows where it is, and notes fields that
//! nobody asks for. One concrete deserialiser, because the types are compiled anew for each.

use serde::de::value::BorrowedStrDeserializer;
use serde::de::{DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde::forward_to_deserialize_any;
use serde_json::Value;
use std::cell::RefCell;
use std::fmt;

/// The way from the whole object to a value.
#[derive(Clone, Copy)]
enum Trail<'t> {
    Whole,
    Field(&'t Trail<'t>, &'t str),
    Item(&'t Trail<'t>, usize),
}

impl fmt::Display for Trail<'_> {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        match self {
            Trail::Whole => Ok(()),
            Trail::Field(Trail::Whole, name) => f.write_str(name),
            Trail::Field(parent, name) => write!(f, "{parent}.{name}"),
            Trail::Item(parent, index) => write!(f, "{parent}[{index}]"),
        }
    }
}

/// What does not fit, and where: the innermost place that is known.
#[derive(Debug)]
pub struct Fault {
    /// Path in the object; empty for the whole.
    pub path: Option<String>,
    /// serde's words.
    pub words: String,
    /// Where something else stands instead of a struct: the fields of that struct.
    pub fields: &'static [&'static str],
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str(&self.words)
    }
}

impl std::error::Error for Fault {}

impl Error for Fault {
    fn custom<T: fmt::Display>(words: T) -> Fault {
        Fault { path: None, words: words.to_string(), fields: &[] }
    }
}

/// A value on its way into a published type.
#[derive(Clone, Copy)]
pub struct Source<'v, 't> {
    value: &'v Value,
    trail: Trail<'t>,
    unknown: &'t RefCell<Vec<String>>,
}

impl<'v, 't> Source<'v, 't> {
    /// The whole object; paths of fields that nobody asks for are added to `unknown`.
    pub fn new(value: &'v Value, unknown: &'t RefCell<Vec<String>>) -> Source<'v, 't> {
        Source { value, trail: Trail::Whole, unknown }
    }

    fn place(&self, fault: Fault) -> Fault {
        Fault { path: fault.path.or_else(|| Some(self.trail.to_string())), ..fault }
    }
}

impl<'v> Deserializer<'v> for Source<'v, '_> {
    type Error = Fault;

    fn deserialize_any<V: Visitor<'v>>(self, visitor: V) -> Result<V::Value, Fault> {
        match self.value {
            Value::Null => visitor.visit_unit(),
            Value::Bool(flag) => visitor.visit_bool(*flag),
            Value::Number(number) => match (number.as_u64(), number.as_i64()) {
                (Some(n), _) => visitor.visit_u64(n),
                (None, Some(n)) => visitor.visit_i64(n),
                (None, None) => visitor.visit_f64(number.as_f64().unwrap_or_default()),
            },
            Value::String(text) => visitor.visit_borrowed_str(text),
            Value::Array(items) => visitor.visit_seq(Items { source: self, items, next: 0 }),
            Value::Object(map) => visitor.visit_map(Fields { source: self, rest: map.iter(), value: None }),
        }
        .map_err(|fault| self.place(fault))
    }

    fn deserialize_option<V: Visitor<'v>>(self, visitor: V) -> Result<V::Value, Fault> {
        if self.value.is_null() { visitor.visit_none() } else { visitor.visit_some(self) }
    }

    fn deserialize_newtype_struct<V: Visitor<'v>>(self, _name: &'static str, visitor: V) -> Result<V::Value, Fault> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_struct<V: Visitor<'v>>(self, _: &'static str, fields: &'static [&'static str], visitor: V) -> Result<V::Value, Fault> {
        let is_map = self.value.is_object();
        self.deserialize_any(visitor).map_err(|fault| if is_map { fault } else { Fault { fields, ..fault } })
    }

    fn deserialize_enum<V: Visitor<'v>>(self, _: &'static str, _: &'static [&'static str], visitor: V) -> Result<V::Value, Fault> {
        let Value::String(text) = self.value else { return self.deserialize_any(visitor) };
        visitor.visit_enum(BorrowedStrDeserializer::new(text)).map_err(|fault| self.place(fault))
    }

    fn deserialize_ignored_any<V: Visitor<'v>>(self, visitor: V) -> Result<V::Value, Fault> {
        self.unknown.borrow_mut().push(self.trail.to_string());
        visitor.visit_unit()
    }

    forward_to_deserialize_any! {
        <V: Visitor<'v>>
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf unit unit_struct seq tuple
        tuple_struct map identifier
    }
}

/// The items of a list.
struct Items<'v, 't> {
    source: Source<'v, 't>,
    items: &'v [Value],
    next: usize,
}

impl<'v> SeqAccess<'v> for Items<'v, '_> {
    type Error = Fault;

    fn next_element_seed<T: DeserializeSeed<'v>>(&mut self, seed: T) -> Result<Option<T::Value>, Fault> {
        let Some(value) = self.items.get(self.next) else { return Ok(None) };
        let index = self.next;
        self.next += 1;
        let item = Source { value, trail: Trail::Item(&self.source.trail, index), unknown: self.source.unknown };
        seed.deserialize(item).map(Some)
    }
}

/// The fields of an object.
struct Fields<'v, 't> {
    source: Source<'v, 't>,
    rest: serde_json::map::Iter<'v>,
    value: Option<(&'v str, &'v Value)>,
}

impl<'v> MapAccess<'v> for Fields<'v, '_> {
    type Error = Fault;

    fn next_key_seed<K: DeserializeSeed<'v>>(&mut self, seed: K) -> Result<Option<K::Value>, Fault> {
        self.value = self.rest.next().map(|(name, value)| (name.as_str(), value));
        let Some((name, _)) = self.value else { return Ok(None) };
        seed.deserialize(BorrowedStrDeserializer::new(name)).map(Some)
    }

    fn next_value_seed<T: DeserializeSeed<'v>>(&mut self, seed: T) -> Result<T::Value, Fault> {
        let Some((name, value)) = self.value.take() else { return Err(Fault::custom("a value without its key")) };
        seed.deserialize(Source { value, trail: Trail::Field(&self.source.trail, name), unknown: self.source.unknown })
    }
}
