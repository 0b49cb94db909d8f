//! A stack of bit fields in one word, from which the states of models are packed, and what is packed alike in several.

use pod_lifecycle::worker::{Activity, Begun, Pass, Stage};

/// Defines `Bits`, a stack of bit fields in one word of this type.
macro_rules! bits {
    ($word:ty) => {
        /// A stack of bit fields in one word.
        struct Bits($word);

        impl Bits {
            const fn push(&mut self, value: $word, width: u32) {
                self.0 = self.0 << width | value;
            }

            const fn pull(&mut self, width: u32) -> usize {
                #[allow(clippy::cast_possible_truncation, reason = "at most 8 bits")]
                let value = (self.0 & ((1 << width) - 1)) as usize;
                self.0 >>= width;
                value
            }

            /// What is not listed becomes a number that no listed value has, so that a round trip fails.
            fn index<T: PartialEq + Copy>(&mut self, all: &[T], value: T, width: u32) {
                let place = (0..).zip(all).find(|(_, one)| **one == value);
                self.push(place.map_or((1 << width) - 1, |(index, _)| index), width);
            }

            fn pick<T: Copy>(&mut self, all: &[T], width: u32) -> Option<T> {
                all.get(self.pull(width)).copied()
            }

            const fn flag(&mut self, value: bool) {
                self.push(value as $word, 1);
            }

            const fn pull_flag(&mut self) -> bool {
                self.pull(1) == 1
            }

            fn option<T>(&mut self, value: Option<T>, push: impl FnOnce(&mut Self, T)) {
                let present = value.is_some();
                if let Some(value) = value {
                    push(self, value);
                }
                self.flag(present);
            }

            fn pull_option<T>(&mut self, pull: impl FnOnce(&mut Self) -> Option<T>) -> Option<Option<T>> {
                if self.pull_flag() { pull(self).map(Some) } else { Some(None) }
            }
        }
    };
}
pub(crate) use bits;

/// Whether the call that ends a worker's life has begun.
pub(crate) const BEGUN: &[Begun] = &[Begun::No, Begun::Yes];

/// What a worker is at.
pub(crate) const ACTIVITIES: &[Activity] = &[
    Activity::New,
    Activity::StoppingRuntime,
    Activity::Resting,
    Activity::Calling(Pass::Sync),
    Activity::Calling(Pass::Terminating),
    Activity::Calling(Pass::Terminated),
];

/// The number of a worker's stage, in their order.
pub(crate) const fn number(stage: &Stage) -> u8 {
    match stage {
        Stage::Sync => 0,
        Stage::Terminating { .. } => 1,
        Stage::Terminated { .. } => 2,
        Stage::Finished { .. } => 3,
    }
}
