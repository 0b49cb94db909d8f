//! Rules of the controllers (none yet).

rules! { Ctl: }
