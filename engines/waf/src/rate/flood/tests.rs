use super::*;

fn client(number: u32) -> IpAddr {
    IpAddr::from((0x0a00_0000 + number).to_be_bytes())
}

/// Traffic of `per_second` requests by `clients` in turn, from a second on for so long; what was said last of the first
/// client, and in how many seconds there was an event at the end.
fn traffic(
    detectors: &FloodDetectors,
    seconds: std::ops::Range<u64>,
    per_second: u32,
    clients: std::ops::Range<u32>,
) -> (Observation, u64) {
    let (mut last, mut events, mut turn) = (Observation::default(), 0, 0);
    for second in seconds {
        let mut event = false;
        for _ in 0..per_second {
            let source = clients.start + turn % clients.len() as u32;
            turn += 1;
            let seen = detectors.observe("app/shop/1", client(source), second * 1000);
            event = seen.event;
            if source == clients.start {
                last = seen;
            }
        }
        events += u64::from(event);
    }
    (last, events)
}

#[test]
fn steady_traffic_of_any_size_is_no_event() {
    for per_second in [1, 40, 400, 2_000] {
        let detectors = FloodDetectors::default();
        let (_, events) = traffic(&detectors, 0..400, per_second, 0..50);
        assert_eq!(events, 0, "{per_second}");
    }
}

#[test]
fn growth_to_the_double_is_no_event() {
    let detectors = FloodDetectors::default();
    traffic(&detectors, 0..300, 100, 0..50);
    let (_, events) = traffic(&detectors, 300..400, 200, 0..100);
    assert_eq!(events, 0);
}

#[test]
fn a_flood_of_few_sources_is_an_event_and_they_are_suspected_and_others_are_not() {
    let detectors = FloodDetectors::default();
    traffic(&detectors, 0..300, 30, 0..100);
    let (attacker, events) = traffic(&detectors, 300..320, 1_000, 1_000..1_004);
    assert!(events >= 15, "seen within seconds: {events}");
    assert_eq!(
        attacker,
        Observation {
            event: true,
            suspicion: Some(Suspicion::High)
        }
    );
    let visitor = detectors.observe("app/shop/1", client(7), 320_000);
    assert_eq!(
        visitor,
        Observation {
            event: true,
            suspicion: None
        }
    );
}

#[test]
fn a_flood_of_very_many_sources_is_an_event_in_which_nobody_stands_out() {
    let detectors = FloodDetectors::default();
    traffic(&detectors, 0..300, 30, 0..100);
    let (one, events) = traffic(&detectors, 300..320, 2_000, 1_000..9_000);
    assert!(events >= 15);
    assert_eq!(one.suspicion, None);
    assert!(one.event);
}

#[test]
fn an_event_ends_when_the_traffic_is_usual_again() {
    let detectors = FloodDetectors::default();
    traffic(&detectors, 0..300, 30, 0..100);
    traffic(&detectors, 300..330, 1_000, 1_000..1_004);
    let (last, events) = traffic(&detectors, 330..430, 30, 0..100);
    assert!(!last.event);
    assert!((25..60).contains(&events), "{events}");
}

#[test]
fn before_there_is_a_baseline_nothing_deviates_from_it() {
    let detectors = FloodDetectors::default();
    let (_, events) = traffic(&detectors, 0..WARM_UP, 3_000, 0..2);
    assert_eq!(events, 0);
}

#[test]
fn after_a_silent_night_the_traffic_of_the_day_is_no_event() {
    let detectors = FloodDetectors::default();
    traffic(&detectors, 0..3_600, 200, 0..100);
    let (_, events) = traffic(&detectors, 40_000..40_200, 200, 0..100);
    assert_eq!(events, 0);
}

#[test]
fn a_flood_after_silence_is_an_event() {
    let detectors = FloodDetectors::default();
    traffic(&detectors, 0..2, 3, 0..1);
    let (_, events) = traffic(&detectors, 600..630, 150, 0..1);
    assert!(events > 20, "{events}");
}

#[test]
fn resources_are_watched_apart() {
    let detectors = FloodDetectors::default();
    traffic(&detectors, 0..300, 30, 0..100);
    traffic(&detectors, 300..320, 1_000, 1_000..1_004);
    let other = detectors.observe("app/other/2", client(1_000), 320_000);
    assert_eq!(other, Observation::default());
}

#[test]
fn memory_is_bounded() {
    let detectors = FloodDetectors::default();
    for number in 0..50_000 {
        detectors.observe("app/shop/1", client(number), 1_000);
        detectors.observe(&format!("app/{number}"), client(number), 1_000);
    }
    let resources = detectors.resources.read().unwrap();
    assert!(resources.len() <= MOST_RESOURCES + 1);
    let sources = resources["app/shop/1"].lock().unwrap().sources.len();
    assert!(sources <= MOST_KEYS, "{sources}");
}
