//! JSON as Kubernetes writes it, read quickly. Whatever is unusual is a [`Doubt`]: the caller then reads the same bytes
//! with `serde_json`, which alone decides what is refused and what is said about it.
//!
//! What is accepted here is accepted by `serde_json`, as the same value; the law is `quick_reading_changes_nothing`.

use std::fmt;

use serde::de::value::BorrowedStrDeserializer;
use serde::de::{Deserialize, DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};

/// The bytes are not what they mostly are, or wrong: this reader does not tell which.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Doubt;

impl fmt::Display for Doubt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("left to another reader")
    }
}

impl std::error::Error for Doubt {}

impl Error for Doubt {
    fn custom<T: fmt::Display>(_: T) -> Self {
        Self
    }
}

/// Reads the object or the list at the front of the text, and tells how many bytes it took.
pub(super) fn first<'a, T: Deserialize<'a>>(text: &'a str) -> Result<(T, usize), Doubt> {
    let mut quick = Quick { text, at: 0, depth: 0, marks: 0, marks_ahead: 0, marked: NOWHERE };
    match quick.peek()? {
        b'{' | b'[' => Ok((T::deserialize(&mut quick)?, quick.at)),
        _ => Err(Doubt),
    }
}

/// Deeper values are left to the other reader, whose limit for what is read is 128.
const DEPTH_MAX: u32 = 100;

/// How many digits always fit in an `i64`.
const DIGITS_MAX: usize = 18;

struct Quick<'de> {
    text: &'de str,
    at: usize,
    depth: u32,
    /// The [`marks`] of the block that begins at `marked`.
    marks: u64,
    /// Those of the block after it: telling them takes longer than passing a text, so they are told before they are asked for.
    marks_ahead: u64,
    marked: usize,
}

/// Whether a text has escapes.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Form {
    Plain,
    Escaped,
}

/// Which bracket a skipped value stands in.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Inside {
    List,
    Object,
}

impl<'de> Quick<'de> {
    #[inline]
    fn byte(&self) -> Result<u8, Doubt> {
        self.text.as_bytes().get(self.at).copied().ok_or(Doubt)
    }

    /// The next byte that is no blank; it is not taken.
    #[inline]
    fn peek(&mut self) -> Result<u8, Doubt> {
        loop {
            match self.byte()? {
                byte if byte > b' ' => return Ok(byte),
                b' ' | b'\n' | b'\r' | b'\t' => self.at += 1,
                byte => return Ok(byte),
            }
        }
    }

    #[inline]
    fn take(&mut self, wanted: u8) -> Result<(), Doubt> {
        if self.peek()? != wanted {
            return Err(Doubt);
        }
        self.at += 1;
        Ok(())
    }

    fn word(&mut self, word: &str) -> Result<(), Doubt> {
        let rest = self.text.as_bytes().get(self.at..).unwrap_or_default();
        if !rest.starts_with(word.as_bytes()) {
            return Err(Doubt);
        }
        self.at += word.len();
        Ok(())
    }

    /// Passes a text, of which the opening quote has been taken.
    fn pass_text(&mut self) -> Result<Form, Doubt> {
        let mut form = Form::Plain;
        loop {
            self.pass_plain()?;
            match self.byte()? {
                b'"' => {
                    self.at += 1;
                    return Ok(form);
                }
                b'\\' => {
                    form = Form::Escaped;
                    self.at += 1;
                    self.pass_escape()?;
                }
                _ => return Err(Doubt),
            }
        }
    }

    /// Goes to the next byte that plain text cannot hold.
    #[inline]
    fn pass_plain(&mut self) -> Result<(), Doubt> {
        loop {
            let place = self.at % BLOCK;
            if self.at - place != self.marked {
                self.mark(self.at - place)?;
            }
            let marks = self.marks >> place;
            if marks != 0 {
                self.at += marks.trailing_zeros() as usize;
                return Ok(());
            }
            self.at += BLOCK - place;
        }
    }

    fn mark(&mut self, start: usize) -> Result<(), Doubt> {
        self.marks = if start == self.marked + BLOCK { self.marks_ahead } else { self.marks_at(start)? };
        self.marks_ahead = self.marks_at(start + BLOCK).unwrap_or_default();
        self.marked = start;
        Ok(())
    }

    #[inline]
    fn marks_at(&self, start: usize) -> Result<u64, Doubt> {
        let rest = self.text.as_bytes().get(start..).ok_or(Doubt)?;
        if let Some(block) = rest.first_chunk() {
            return Ok(marks(block));
        }
        let mut block = [0; BLOCK];
        block.get_mut(..rest.len()).ok_or(Doubt)?.copy_from_slice(rest);
        Ok(marks(&block))
    }

    fn pass_escape(&mut self) -> Result<(), Doubt> {
        let length = match self.byte()? {
            b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't' => 1,
            b'u' => {
                let digits = self.text.as_bytes().get(self.at + 1..self.at + 5).ok_or(Doubt)?;
                if !digits.iter().all(u8::is_ascii_hexdigit) {
                    return Err(Doubt);
                }
                5
            }
            _ => return Err(Doubt),
        };
        self.at += length;
        Ok(())
    }

    /// The text that follows, between its quotes.
    fn text(&mut self) -> Result<(&'de str, Form), Doubt> {
        self.take(b'"')?;
        let start = self.at;
        let form = self.pass_text()?;
        Ok((self.text.get(start..self.at - 1).ok_or(Doubt)?, form))
    }

    fn visit_text<V: Visitor<'de>>(&mut self, visitor: V) -> Result<V::Value, Doubt> {
        match self.text()? {
            (text, Form::Plain) => visitor.visit_borrowed_str(text),
            // Undone by the one who knows how.
            (text, Form::Escaped) => {
                let quoted = format!("\"{text}\"");
                visitor.visit_str(&serde_json::from_str::<String>(&quoted).map_err(|_| Doubt)?)
            }
        }
    }

    /// Passes the digits of an integer without leading zeros, and counts them.
    fn pass_digits(&mut self) -> Result<usize, Doubt> {
        let rest = self.text.as_bytes().get(self.at..).unwrap_or_default();
        let count = rest.iter().take_while(|byte| byte.is_ascii_digit()).count();
        self.at += count;
        match (count, rest.first()) {
            (0, _) | (2.., Some(b'0')) => Err(Doubt),
            // A fraction or an exponent: what follows is neither a comma nor a bracket, which the caller refuses.
            (count, _) => Ok(count),
        }
    }

    fn visit_number<V: Visitor<'de>>(&mut self, visitor: V) -> Result<V::Value, Doubt> {
        let negative = self.peek()? == b'-';
        self.at += usize::from(negative);
        let start = self.at;
        if self.pass_digits()? > DIGITS_MAX {
            return Err(Doubt);
        }
        let digits = self.text.as_bytes().get(start..self.at).unwrap_or_default();
        let number = digits.iter().fold(0, |number, digit| number * 10 + u64::from(digit & 0xf));
        match (negative, number) {
            (false, number) => visitor.visit_u64(number),
            (true, 0) => Err(Doubt),
            (true, number) => visitor.visit_i64(-number.cast_signed()),
        }
    }

    fn visit_flag<V: Visitor<'de>>(&mut self, visitor: V) -> Result<V::Value, Doubt> {
        if self.peek()? == b't' {
            self.word("true")?;
            return visitor.visit_bool(true);
        }
        self.word("false")?;
        visitor.visit_bool(false)
    }

    fn visit_object<V: Visitor<'de>>(&mut self, visitor: V) -> Result<V::Value, Doubt> {
        self.visit_inside(b'{', |inside| visitor.visit_map(inside))
    }

    fn visit_list<V: Visitor<'de>>(&mut self, visitor: V) -> Result<V::Value, Doubt> {
        self.visit_inside(b'[', |inside| visitor.visit_seq(inside))
    }

    fn visit_inside<T>(
        &mut self,
        bracket: u8,
        visit: impl FnOnce(&mut Members<'_, 'de>) -> Result<T, Doubt>,
    ) -> Result<T, Doubt> {
        self.take(bracket)?;
        if self.depth == DEPTH_MAX {
            return Err(Doubt);
        }
        self.depth += 1;
        let mut members = Members { quick: &mut *self, place: Place::First };
        let value = visit(&mut members)?;
        if members.place != Place::Passed {
            return Err(Doubt);
        }
        self.depth -= 1;
        Ok(value)
    }

    /// Passes one value of any kind, and checks its form.
    fn pass_value(&mut self) -> Result<(), Doubt> {
        // The innermost bracket is the lowest bit: 1 for an object.
        let (mut objects, mut depth) = (0_u128, 0_u32);
        loop {
            let opened = match self.peek()? {
                b'"' => {
                    self.at += 1;
                    self.pass_text()?;
                    None
                }
                b'{' => {
                    self.at += 1;
                    Some(Inside::Object)
                }
                b'[' => {
                    self.at += 1;
                    Some(Inside::List)
                }
                b't' => self.word("true").map(|()| None)?,
                b'f' => self.word("false").map(|()| None)?,
                b'n' => self.word("null").map(|()| None)?,
                byte => {
                    self.at += usize::from(byte == b'-');
                    self.pass_digits().map(|_| None)?
                }
            };
            if let Some(inside) = opened {
                let (empty, bit) = match inside {
                    Inside::Object => (b'}', 1),
                    Inside::List => (b']', 0),
                };
                if self.peek()? == empty {
                    self.at += 1;
                } else if depth == DEPTH_MAX {
                    return Err(Doubt);
                } else {
                    (objects, depth) = (objects << 1 | bit, depth + 1);
                    if inside == Inside::Object {
                        self.pass_key()?;
                    }
                    continue;
                }
            }
            loop {
                if depth == 0 {
                    return Ok(());
                }
                let inside = if objects & 1 == 1 { Inside::Object } else { Inside::List };
                match (self.peek()?, inside) {
                    (b',', Inside::Object) => {
                        self.at += 1;
                        self.pass_key()?;
                        break;
                    }
                    (b',', Inside::List) => {
                        self.at += 1;
                        break;
                    }
                    (b'}', Inside::Object) | (b']', Inside::List) => {
                        self.at += 1;
                        (objects, depth) = (objects >> 1, depth - 1);
                    }
                    _ => return Err(Doubt),
                }
            }
        }
    }

    fn pass_key(&mut self) -> Result<(), Doubt> {
        self.take(b'"')?;
        self.pass_text()?;
        self.take(b':')
    }
}

/// How many bytes are looked at in one go.
const BLOCK: usize = 64;

/// Before any block was looked at; no block begins one further.
const NOWHERE: usize = usize::MAX - BLOCK;

/// For each byte of a block the bit that is its word's in [`marks`].
#[allow(clippy::indexing_slicing, reason = "a constant: out of bounds it would not compile")]
const BITS: [u8; BLOCK] = {
    let (mut bits, mut place) = ([0; BLOCK], 0);
    while place < BLOCK {
        bits[place] = 1 << (place / 8);
        place += 1;
    }
    bits
};

/// A bit for each byte of a block that plain text cannot hold: a quote, a backslash, a control character.
fn marks(block: &[u8; BLOCK]) -> u64 {
    // In a form that compilers put into vectors.
    let mut found = [0; BLOCK];
    for ((found, byte), bit) in found.iter_mut().zip(block).zip(BITS) {
        *found = if *byte < 0x20 || *byte == b'"' || *byte == b'\\' { bit } else { 0 };
    }
    let words = found.as_chunks().0.iter().map(|word| u64::from_le_bytes(*word));
    // Bit `w` of byte `b` is that of byte `b` of word `w`: rows and columns of a square are exchanged.
    let mut square = words.fold(0, |square, word| square | word);
    for (distance, mask) in [(7, 0x00aa_00aa_00aa_00aa), (14, 0x0000_cccc_0000_cccc), (28, 0xf0f0_f0f0)] {
        let exchanged = (square ^ square >> distance) & mask;
        square ^= exchanged ^ exchanged << distance;
    }
    square
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    First,
    Later,
    /// The closing bracket has been taken.
    Passed,
}

/// What stands between two brackets.
struct Members<'a, 'de> {
    quick: &'a mut Quick<'de>,
    place: Place,
}

impl Members<'_, '_> {
    /// Goes to the next member, or past the closing bracket: then there is none.
    #[inline]
    fn next(&mut self, closing: u8) -> Result<Option<()>, Doubt> {
        let found = self.quick.peek()?;
        if found == closing && self.place != Place::Passed {
            self.quick.at += 1;
            self.place = Place::Passed;
            return Ok(None);
        }
        match self.place {
            Place::First => self.place = Place::Later,
            Place::Later if found == b',' => self.quick.at += 1,
            Place::Later | Place::Passed => return Err(Doubt),
        }
        Ok(Some(()))
    }
}

impl<'de> MapAccess<'de> for &mut Members<'_, 'de> {
    type Error = Doubt;

    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Result<Option<K::Value>, Doubt> {
        let Some(()) = self.next(b'}')? else { return Ok(None) };
        if self.quick.peek()? != b'"' {
            return Err(Doubt);
        }
        seed.deserialize(Key(&mut *self.quick)).map(Some)
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value, Doubt> {
        self.quick.take(b':')?;
        seed.deserialize(&mut *self.quick)
    }
}

impl<'de> SeqAccess<'de> for &mut Members<'_, 'de> {
    type Error = Doubt;

    fn next_element_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Result<Option<T::Value>, Doubt> {
        let Some(()) = self.next(b']')? else { return Ok(None) };
        seed.deserialize(&mut *self.quick).map(Some)
    }
}

/// The name of a member: always a text; what reads it as a number is left to the other reader.
struct Key<'a, 'de>(&'a mut Quick<'de>);

impl<'de> Deserializer<'de> for Key<'_, 'de> {
    type Error = Doubt;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Doubt> {
        self.0.visit_text(visitor)
    }

    serde::forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf option unit unit_struct
        newtype_struct seq tuple tuple_struct map struct enum identifier ignored_any
    }
}

/// Methods that read a value in one way only, whatever it is asked as.
macro_rules! read_as {
    ($read:ident: $($method:ident)*) => {$(
        fn $method<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Doubt> {
            self.$read(visitor)
        }
    )*};
}

impl<'de> Deserializer<'de> for &mut Quick<'de> {
    type Error = Doubt;

    read_as! { visit_flag: deserialize_bool }
    read_as! {
        visit_number: deserialize_i8 deserialize_i16 deserialize_i32 deserialize_i64 deserialize_u8 deserialize_u16
            deserialize_u32 deserialize_u64
    }
    read_as! { visit_text: deserialize_char deserialize_str deserialize_string deserialize_identifier }
    read_as! { visit_list: deserialize_seq }
    read_as! { visit_object: deserialize_map }

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Doubt> {
        match self.peek()? {
            b'"' => self.visit_text(visitor),
            b'{' => self.visit_object(visitor),
            b'[' => self.visit_list(visitor),
            b't' | b'f' => self.visit_flag(visitor),
            b'n' => self.word("null").and_then(|()| visitor.visit_unit()),
            _ => self.visit_number(visitor),
        }
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Doubt> {
        if self.peek()? == b'n' {
            self.word("null")?;
            return visitor.visit_none();
        }
        visitor.visit_some(self)
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Doubt> {
        self.visit_object(visitor)
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Doubt> {
        match self.text()? {
            (word, Form::Plain) => visitor.visit_enum(BorrowedStrDeserializer::new(word)),
            (_, Form::Escaped) => Err(Doubt),
        }
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        visitor: V,
    ) -> Result<V::Value, Doubt> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_ignored_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Doubt> {
        self.pass_value()?;
        visitor.visit_unit()
    }

    // Nothing of Kubernetes is read as one of these.
    fn deserialize_tuple<V: Visitor<'de>>(self, _: usize, _: V) -> Result<V::Value, Doubt> {
        Err(Doubt)
    }

    fn deserialize_tuple_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: usize,
        _: V,
    ) -> Result<V::Value, Doubt> {
        Err(Doubt)
    }

    fn deserialize_unit_struct<V: Visitor<'de>>(self, _: &'static str, _: V) -> Result<V::Value, Doubt> {
        Err(Doubt)
    }

    read_as! {
        doubt: deserialize_i128 deserialize_u128 deserialize_f32 deserialize_f64 deserialize_bytes
            deserialize_byte_buf deserialize_unit
    }
}

impl<'de> Quick<'de> {
    #[allow(clippy::unused_self, reason = "read as the others are")]
    fn doubt<V: Visitor<'de>>(&mut self, _: V) -> Result<V::Value, Doubt> {
        Err(Doubt)
    }
}
