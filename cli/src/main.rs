//! podlife
fn main() {}
