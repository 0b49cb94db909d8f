//! Times against jiff, which reads and prints RFC 3339 too.

use jiff::Timestamp;
use jiff::tz::Offset;
use pod_lifecycle::time::{Grace, Now, Time, TimeError};
use proptest::prelude::*;

use crate::strategies::config;

const FIRST: i64 = -62_167_219_200; // 0000-01-01T00:00:00Z
const LAST: i64 = 253_402_207_200; // where jiff's range ends

/// Texts that look like times, with a byte or two wrong.
fn damaged() -> impl Strategy<Value = String> {
    let byte = prop_oneof!["[0-9]", "[TZtz:+. -]", "\\PC"];
    (FIRST..LAST, 0..24_usize, byte).prop_map(|(second, place, byte)| {
        let mut text: Vec<char> = Time::from_unix(second).to_string().chars().collect();
        let place = place.min(text.len());
        text.splice(place..(place + 1).min(text.len()), byte.chars());
        text.into_iter().collect()
    })
}

proptest! {
    #![proptest_config(config(4_000))]

    /// A time prints as jiff prints it, and reads back as itself.
    #[test]
    fn prints_as_jiff_and_reads_back(second in FIRST..LAST) {
        let time = Time::from_unix(second);
        let text = time.to_string();
        prop_assert_eq!(&text, &Timestamp::from_second(second).unwrap().to_string());
        prop_assert_eq!(Time::parse(&text), Ok(time));
    }

    /// A time with fraction and offset reads as jiff reads it; what is stored is the whole second.
    #[test]
    fn reads_fraction_and_offset_as_jiff(second in FIRST + 100_000..LAST - 100_000, nanos in 0..1_000_000_000_i32, minutes in -23 * 60..=23 * 60) {
        let stamp = Timestamp::new(second, nanos).unwrap();
        let offset = Offset::from_seconds(minutes * 60).unwrap();
        let text = stamp.display_with_offset(offset).to_string();
        let expected = Now::with_nanos(Time::from_unix(stamp.as_nanosecond().div_euclid(1_000_000_000).try_into().unwrap()),
            stamp.as_nanosecond().rem_euclid(1_000_000_000).try_into().unwrap());
        prop_assert_eq!(Now::parse(&text), Ok(expected), "{}", text);
        prop_assert_eq!(Time::parse(&text), Ok(expected.floor()));
    }

    /// What can be read can be printed and read again, at the ends of the calendar too.
    #[test]
    fn what_is_read_is_printed_and_read(year in prop_oneof![Just("0000"), Just("9999"), Just("2024")], date in prop_oneof![Just("01-01"), Just("12-31")],
        hour in 0..24_u8, offset in prop_oneof!["[+-](0[0-9]|1[0-9]|2[0-3]):[0-5][0-9]", "Z"]) {
        let text = format!("{year}-{date}T{hour:02}:30:00{offset}");
        if let Ok(time) = Time::parse(&text) {
            prop_assert_eq!(Time::parse(&time.to_string()), Ok(time), "{}", text);
        } else {
            prop_assert!(year != "2024", "{}", text);
        }
    }

    /// Whatever the text, nothing panics; what is read here jiff reads alike.
    #[test]
    fn damaged_texts_read_as_jiff_or_not_at_all(text in prop_oneof![damaged(), "\\PC{0,30}"]) {
        match Now::parse(&text) {
            Err(TimeError) => {}
            Ok(now) => {
                let stamp: Timestamp = text.parse().unwrap();
                prop_assert_eq!(now.floor().as_unix(), i64::try_from(stamp.as_nanosecond().div_euclid(1_000_000_000)).unwrap());
            }
        }
    }

    /// DEL-08: a whole second has passed exactly if the clock shows a later one, or this one and a fraction.
    #[test]
    fn del_08_a_fraction_makes_the_second_past(second in -9..9_i64, nanos in prop_oneof![Just(0), 0..1_000_000_000_u32], time in -9..9_i64) {
        let now = Now::with_nanos(Time::from_unix(second), nanos);
        prop_assert_eq!(now.is_after(Time::from_unix(time)), second > time || (second == time && nanos > 0));
        prop_assert_eq!(now.floor().as_unix(), second);
    }

    /// What has passed since a second, counted as jiff counts it; nothing before it.
    #[test]
    fn nanoseconds_since_as_jiff(second in -9..9_i64, nanos in 0..1_000_000_000_u32, time in -9..9_i64) {
        let now = Timestamp::from_nanosecond(i128::from(second) * 1_000_000_000 + i128::from(nanos)).unwrap();
        let passed = now.duration_since(Timestamp::from_second(time).unwrap()).as_nanos();
        let found = Now::with_nanos(Time::from_unix(second), nanos).nanos_since(Time::from_unix(time));
        prop_assert_eq!(found, u128::try_from(passed).unwrap_or(0));
    }

    /// Adding and taking away never wraps, whatever the values.
    #[test]
    fn arithmetic_saturates(second in any::<i64>(), secs in any::<u64>()) {
        let (time, grace) = (Time::from_unix(second), Grace::from_secs(secs));
        let clamp = |exact: i128| exact.clamp(i64::MIN.into(), i64::MAX.into());
        prop_assert_eq!(i128::from(time.plus(grace).as_unix()), clamp(i128::from(second) + i128::from(secs)));
        prop_assert_eq!(i128::from(time.minus(grace).as_unix()), clamp(i128::from(second) - i128::from(secs)));
    }
}

/// Leap days, leap seconds, and what RFC 3339 leaves open.
#[test]
fn corners_of_the_calendar() {
    for good in [
        "2024-02-29T00:00:00Z",
        "2000-02-29T23:59:59.999999999Z",
        "0000-02-29T00:00:00Z",
        "2026-12-31T23:59:59+23:59",
        "2026-01-01T00:00:00.000000001-00:00",
        "9999-12-30T00:00:00Z",
    ] {
        let stamp: Timestamp = good.parse().unwrap();
        assert_eq!(
            Time::parse(good).map(Time::as_unix),
            Ok(stamp.as_nanosecond().div_euclid(1_000_000_000).try_into().unwrap())
        );
    }
    // Digits below the nanosecond are cut.
    assert_eq!(Now::parse("2026-01-01T00:00:00.0000000019Z"), Now::parse("2026-01-01T00:00:00.000000001Z"));
    for bad in [
        "",
        "2026",
        "2023-02-29T00:00:00Z",
        "1900-02-29T00:00:00Z",
        "2026-04-31T00:00:00Z",
        "2026-00-01T00:00:00Z",
        "2026-13-01T00:00:00Z",
        "2026-01-00T00:00:00Z",
        "2026-01-01T24:00:00Z",
        "2026-01-01T00:60:00Z",
        "2026-01-01T00:00:60Z",
        "2026-01-01T00:00:00",
        "2026-01-01T00:00:00.Z",
        "2026-01-01T00:00:00+24:00",
        "2026-01-01T00:00:00+0100",
        "2026-01-01 00:00:00Z",
        "2026-01-01T00:00:00Z ",
        "+026-01-01T00:00:00Z",
        "2026-01-01T00:00:00é",
        "0000-01-01T00:00:00+00:01",
        "0000-01-01T00:00:59+00:01",
        "9999-12-31T23:59:00-00:01",
        "9999-12-31T23:59:59-00:01",
    ] {
        assert_eq!(Now::parse(bad), Err(TimeError), "{bad}");
    }
}

/// The first and the last second that can be written are read.
#[test]
fn ends_of_the_range_are_read() {
    for (text, second) in
        [("0000-01-01T00:01:00+00:01", FIRST), ("9999-12-31T23:58:59-00:01", 253_402_300_799)]
    {
        assert_eq!(Time::parse(text).map(Time::as_unix), Ok(second));
    }
}

/// The ends of the range print without a panic.
#[test]
fn extreme_times_print() {
    for second in [i64::MIN, i64::MIN / 2, i64::MAX / 2, i64::MAX] {
        assert!(Time::from_unix(second).to_string().ends_with('Z'));
    }
}
