//! The forms of names: DNS labels and sub-domains, qualified names, label values (VAL-05, VAL-06, VAL-08).

/// One thing that is wrong with a name; a name can have several, each of which is an error of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum NameFault {
    /// More than one `/`; then nothing else is looked at.
    Slashes,
    /// The prefix before the `/` is empty.
    PrefixEmpty,
    /// The prefix is longer than a DNS sub-domain may be.
    PrefixTooLong,
    /// The prefix is no DNS sub-domain.
    PrefixPattern,
    /// The name is empty.
    Empty,
    /// The name is too long.
    TooLong,
    /// The name has a character where none of its kind may be.
    Pattern,
}

/// The faults of one name, at most four.
pub(super) type Faults = [Option<NameFault>; 4];

const LABEL_MAX: usize = 63;
const SUBDOMAIN_MAX: usize = 253;

/// Qualified name (note 1 of chapter 8): an optional DNS sub-domain and `/`, then a name of at most 63 characters.
pub(super) fn qualified(text: &str) -> Faults {
    let (prefix, name) = match text.split_once('/') {
        None => ([None, None], text),
        Some((_, name)) if name.contains('/') => return [Some(NameFault::Slashes), None, None, None],
        Some(("", name)) => ([Some(NameFault::PrefixEmpty), None], name),
        Some((prefix, name)) => (prefix_faults(prefix), name),
    };
    let [first, second] = prefix;
    let (length, pattern) = match name.len() {
        0 => (Some(NameFault::Empty), Some(NameFault::Pattern)), // an empty name is not of the pattern either
        length => ((length > LABEL_MAX).then_some(NameFault::TooLong), word(name, is_name_inner)),
    };
    [first, second, length, pattern]
}

/// The value of a label: empty, or a word of at most 63 characters (VAL-06).
pub(super) fn label_value(text: &str) -> Faults {
    let length = (text.len() > LABEL_MAX).then_some(NameFault::TooLong);
    [length, if text.is_empty() { None } else { word(text, is_name_inner) }, None, None]
}

/// A DNS sub-domain of at most 253 characters (VAL-08, VAL-25).
pub(super) fn subdomain(text: &str) -> Faults {
    let length = (text.len() > SUBDOMAIN_MAX).then_some(NameFault::TooLong);
    let pattern = text.split('.').any(|label| dns_label(label).is_some());
    [length, pattern.then_some(NameFault::Pattern), None, None]
}

/// A DNS label of at most 63 characters (VAL-08).
pub(super) fn label(text: &str) -> Faults {
    [(text.len() > LABEL_MAX).then_some(NameFault::TooLong), dns_label(text), None, None]
}

/// A segment of a path: what the pass of every kind asks of a name (VAL-08).
pub(super) fn segment(text: &str) -> Faults {
    if matches!(text, "." | "..") {
        return [Some(NameFault::Pattern), None, None, None];
    }
    segment_prefix(text)
}

/// The beginning of a segment of a path: an error for each character that a path may not have.
pub(super) fn segment_prefix(text: &str) -> Faults {
    let has = |character: char| text.contains(character).then_some(NameFault::Pattern);
    [has('/'), has('%'), None, None]
}

/// The beginning of a DNS sub-domain: like one, but may end with a hyphen, since more follows.
pub(super) fn subdomain_prefix(text: &str) -> Faults {
    match text.strip_suffix('-') {
        Some(rest) if !rest.is_empty() => {
            subdomain(&format!("{}a", rest.get(..rest.len() - 1).unwrap_or(rest)))
        }
        Some(_) | None => subdomain(text),
    }
}

fn prefix_faults(prefix: &str) -> [Option<NameFault>; 2] {
    let [length, pattern, ..] = subdomain(prefix);
    [length.map(|_| NameFault::PrefixTooLong), pattern.map(|_| NameFault::PrefixPattern)]
}

fn dns_label(text: &str) -> Option<NameFault> {
    if text.bytes().any(|byte| byte.is_ascii_uppercase()) {
        return Some(NameFault::Pattern);
    }
    word(text, |byte| byte.is_ascii_alphanumeric() || byte == b'-')
}

/// `[A-Za-z0-9]([…]*[A-Za-z0-9])?`, with the given characters inside.
fn word(text: &str, inner: impl Fn(u8) -> bool) -> Option<NameFault> {
    let ends = |end: Option<u8>| end.is_some_and(|byte| byte.is_ascii_alphanumeric());
    let fits = ends(text.bytes().next()) && ends(text.bytes().last()) && text.bytes().all(inner);
    (!fits).then_some(NameFault::Pattern)
}

const fn is_name_inner(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.')
}
