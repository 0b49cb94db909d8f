//! States, each kept once and known by its place.

use std::hash::{Hash, Hasher};

/// How a state is kept: as itself, or packed. Different states pack differently, and `unpack` gives back what was packed.
pub trait Stored<S>: Copy + Eq + Hash + Send {
    /// Packs a state.
    fn pack(state: &S) -> Self;
    /// Unpacks it.
    fn unpack(self) -> S;
}

impl<S: Copy + Eq + Hash + Send> Stored<S> for S {
    fn pack(state: &S) -> Self {
        *state
    }
    fn unpack(self) -> S {
        self
    }
}

/// The hash of the arena: each word is multiplied into the state and both halves of the product are kept.
#[derive(Clone, Copy, Debug)]
pub struct Folded(u64);

impl Default for Folded {
    fn default() -> Self {
        Self(0x9e37_79b9_7f4a_7c15)
    }
}

impl Folded {
    /// Hashes one value.
    pub fn of(value: &impl Hash) -> u64 {
        let mut hasher = Self::default();
        value.hash(&mut hasher);
        hasher.finish()
    }
}

impl Hasher for Folded {
    fn write(&mut self, bytes: &[u8]) {
        for chunk in bytes.chunks(8) {
            let mut word = [0; 8];
            word[..chunk.len()].copy_from_slice(chunk);
            self.write_u64(u64::from_le_bytes(word));
        }
    }
    fn write_u8(&mut self, value: u8) {
        self.write_u64(value.into());
    }
    fn write_u16(&mut self, value: u16) {
        self.write_u64(value.into());
    }
    fn write_u32(&mut self, value: u32) {
        self.write_u64(value.into());
    }
    fn write_u64(&mut self, value: u64) {
        let product = u128::from(self.0.rotate_left(23) ^ value) * 0xa076_1d64_78bd_642f;
        #[allow(clippy::cast_possible_truncation, reason = "the two halves of a product")]
        let (low, high) = (product as u64, (product >> 64) as u64);
        self.0 = low ^ high;
    }
    fn write_usize(&mut self, value: usize) {
        self.write_u64(value as u64);
    }
    fn finish(&self) -> u64 {
        self.0
    }
}

/// A vector in pieces: nothing is moved when it grows, and no more than a piece is ever spare.
#[derive(Debug)]
struct Pieces<T>(Vec<Vec<T>>);

/// The length of a piece.
const PIECE: usize = 1 << 12;

impl<T: Copy> Pieces<T> {
    fn get(&self, index: u32) -> T {
        let index = index as usize;
        self.0[index / PIECE][index % PIECE]
    }

    fn push(&mut self, value: T) {
        match self.0.last_mut().filter(|piece| piece.len() < PIECE) {
            Some(piece) => piece.push(value),
            None => {
                let mut piece = Vec::with_capacity(PIECE);
                piece.push(value);
                self.0.push(piece);
            }
        }
    }

    fn bytes(&self) -> usize {
        self.0.len() * PIECE * size_of::<T>()
    }
}

/// States by number, and numbers by state.
///
/// The index is a table of 2ᵏ words, probed one after another. A word is 0 if it is free; else its low k bits are a
/// number plus one and the others are bits of the state's hash, so that most other states are told apart without a look
/// at them.
#[derive(Debug)]
pub(super) struct Arena<P> {
    states: Pieces<P>,
    parents: Pieces<u32>,
    index: Vec<Group>,
    len: u32,
}

/// Words of the index that are looked at together: half a line of the cache.
#[derive(Clone, Copy, Debug)]
#[repr(align(32))]
struct Group([u32; WIDTH]);

const WIDTH: usize = 8;

impl Group {
    const FREE: Self = Self([0; WIDTH]);

    /// The number plus one, cut out by `low`, of the word whose other bits are `tag`: zero if there is none, the bits of
    /// all if there are several. Written so that the compiler looks at all words at once.
    #[inline]
    fn numbers(&self, low: u32, tag: u32) -> u32 {
        low & self.0.iter().fold(0, |all, word| all | if word & !low == tag { *word } else { 0 })
    }

    /// How many words are taken: groups are filled from the front.
    #[inline]
    fn taken(&self) -> usize {
        let taken: u32 = self.0.iter().map(|word| u32::from(*word != 0)).sum();
        taken as usize
    }
}

/// The number of no state, as an arena holds fewer: the parent of what has none.
pub(super) const ROOT: u32 = u32::MAX;

/// Where a state was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Place {
    /// It was there.
    Known(u32),
    /// It has been added.
    New(u32),
    /// It is not there, and there is no room for it.
    NoRoom,
}

impl<P: Copy + Eq + Hash> Arena<P> {
    pub(super) fn new() -> Self {
        Self {
            states: Pieces(Vec::new()),
            parents: Pieces(Vec::new()),
            index: vec![Group::FREE; 1 << 5],
            len: 0,
        }
    }

    pub(super) const fn len(&self) -> u32 {
        self.len
    }

    pub(super) fn state(&self, id: u32) -> P {
        self.states.get(id)
    }

    pub(super) fn parent(&self, id: u32) -> u32 {
        self.parents.get(id)
    }

    /// What it has allocated.
    pub(super) fn bytes(&self) -> usize {
        self.states.bytes() + self.parents.bytes() + self.index.len() * size_of::<Group>()
    }

    /// The numbers of these states, appended to `ids`; [`ROOT`] for one that is not there or not where it is looked for
    /// first.
    ///
    /// Each pass waits for memory at one place only, and its loads do not depend on each other: the processor waits for
    /// many at once.
    #[inline]
    pub(super) fn find_all(&self, states: &[P], ids: &mut Vec<u32>) {
        let first = ids.len();
        let mask = self.index.len() - 1;
        let low = self.low();
        ids.extend(states.iter().map(|state| {
            let hash = Folded::of(state);
            // Without a number it becomes `ROOT`. What is put together of several is either none or compared below.
            let id = self.index[start(hash, mask)].numbers(low, self.tag(hash)).wrapping_sub(1);
            if id < self.len { id } else { ROOT }
        }));
        for (state, id) in states.iter().zip(&mut ids[first..]) {
            if *id != ROOT && self.states.get(*id) != *state {
                *id = ROOT;
            }
        }
    }

    /// The number of this state, which is added if it is new and `limit` bytes allow it.
    pub(super) fn intern(&mut self, state: P, parent: u32, limit: usize) -> Place {
        let hash = Folded::of(&state);
        let slot = match self.probe(&state, hash) {
            Ok(id) => return Place::Known(id),
            Err(slot) => slot,
        };
        let slot = match self.room(limit) {
            Room::Here => slot,
            Room::Moved => self.free(hash),
            Room::None => return Place::NoRoom,
        };
        let id = self.len;
        self.states.push(state);
        self.parents.push(parent);
        self.len += 1;
        self.index[slot.0].0[slot.1] = self.tag(hash) | self.len;
        Place::New(id)
    }

    /// The number of a state, or the slot for it.
    #[inline]
    fn probe(&self, state: &P, hash: u64) -> Result<u32, (usize, usize)> {
        let mask = self.index.len() - 1;
        let (tag, low) = (self.tag(hash), self.low());
        let mut at = start(hash, mask);
        loop {
            let group = &self.index[at];
            if group.numbers(low, tag) != 0 {
                for word in group.0.iter().filter(|word| **word & !low == tag && **word != 0) {
                    let id = (word & low) - 1;
                    if self.states.get(id) == *state {
                        return Ok(id);
                    }
                }
            }
            let taken = group.taken();
            if taken < WIDTH {
                return Err((at, taken));
            }
            at = (at + 1) & mask;
        }
    }

    fn free(&self, hash: u64) -> (usize, usize) {
        let mask = self.index.len() - 1;
        let mut at = start(hash, mask);
        loop {
            let taken = self.index[at].taken();
            if taken < WIDTH {
                return (at, taken);
            }
            at = (at + 1) & mask;
        }
    }

    /// The bits of a word that hold a number.
    #[allow(clippy::cast_possible_truncation, reason = "the table has at most 2³² words")]
    const fn low(&self) -> u32 {
        (self.index.len() * WIDTH - 1) as u32
    }

    const fn tag(&self, hash: u64) -> u32 {
        (hash >> 32) as u32 & !self.low()
    }

    /// Makes room for one state more. At most 13 of 16 words are taken, after growth 6.5: 4.9 to 9.8 bytes a state.
    fn room(&mut self, limit: usize) -> Room {
        let len = self.len as usize;
        let full = len * 16 >= self.index.len() * WIDTH * 13;
        let piece = if len.is_multiple_of(PIECE) { PIECE * (size_of::<P>() + size_of::<u32>()) } else { 0 };
        let table = if full { self.index.len() * size_of::<Group>() } else { 0 };
        if piece + table == 0 {
            return Room::Here;
        }
        if self.bytes() + piece + table > limit || (full && self.index.len() * WIDTH > 1 << 31) {
            return Room::None;
        }
        if !full {
            return Room::Here;
        }
        // The old table is gone before the new one is there: the states are enough to make it.
        let words = self.index.len() * 2;
        self.index = Vec::new();
        self.index = vec![Group::FREE; words];
        for id in 0..self.len {
            let hash = Folded::of(&self.states.get(id));
            let slot = self.free(hash);
            self.index[slot.0].0[slot.1] = self.tag(hash) | (id + 1);
        }
        Room::Moved
    }
}

/// Whether there is room for one state more.
enum Room {
    Here,
    /// The table has grown.
    Moved,
    None,
}

#[allow(clippy::cast_possible_truncation, reason = "the low bits are meant")]
const fn start(hash: u64, mask: usize) -> usize {
    hash as usize & mask
}
