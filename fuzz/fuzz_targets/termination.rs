//! See `pod_lifecycle_fuzz::termination`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| pod_lifecycle_fuzz::termination(data));
