use std::collections::BTreeMap;

use super::{Named, Series, evaluate};

fn named(expression: &str) -> BTreeMap<String, Named> {
    let series = |label: &str, points: &[(i64, f64)]| {
        Named::Metric(Series {
            label: label.into(),
            period: 60,
            span: (0, 240),
            values: points.iter().copied().collect(),
        })
    };
    BTreeMap::from([
        ("m1".to_owned(), series("One", &[(0, 1.0), (60, 2.0), (180, 4.0)])),
        (
            "m2".to_owned(),
            series("Two", &[(0, 10.0), (60, 0.0), (120, 30.0)]),
        ),
        ("e1".to_owned(), Named::Expression(expression.into())),
    ])
}

fn points(expression: &str) -> Vec<(i64, f64)> {
    let found = evaluate(&named(expression), "e1").unwrap_or_else(|reason| panic!("{expression}: {reason}"));
    assert_eq!(found.len(), 1, "{expression}");
    found[0].1.iter().map(|(at, value)| (*at, *value)).collect()
}

#[test]
fn arithmetic_binds_as_usual() {
    assert_eq!(points("m1 + m2 * 2"), [(0, 21.0), (60, 2.0)]);
    assert_eq!(points("(m1 + m2) * 2"), [(0, 22.0), (60, 4.0)]);
    assert_eq!(points("-m1 ^ 2"), [(0, -1.0), (60, -4.0), (180, -16.0)]);
    assert_eq!(points("m1 / m2"), [(0, 0.1)]);
    assert_eq!(points("100 * m2 / SUM(m2)"), [(0, 25.0), (60, 0.0), (120, 75.0)]);
}

#[test]
fn functions_do_as_the_guide_says() {
    assert_eq!(
        points("SUM(METRICS())"),
        [(0, 11.0), (60, 2.0), (120, 30.0), (180, 4.0)]
    );
    assert_eq!(
        points("MAX([m1, m2])"),
        [(0, 10.0), (60, 2.0), (120, 30.0), (180, 4.0)]
    );
    assert_eq!(
        points("FILL(m1, 0)"),
        [(0, 1.0), (60, 2.0), (120, 0.0), (180, 4.0)]
    );
    assert_eq!(
        points("FILL(m1, REPEAT)"),
        [(0, 1.0), (60, 2.0), (120, 2.0), (180, 4.0)]
    );
    assert_eq!(points("RATE(m2) * PERIOD(m2)"), [(60, -10.0), (120, 30.0)]);
    assert_eq!(points("m1 - AVG(m1)").len(), 3);
}

#[test]
fn a_list_of_series_has_a_result_each() {
    let found = evaluate(&named("METRICS() / 2"), "e1").unwrap();
    assert_eq!(
        found.iter().map(|(label, _)| label.as_str()).collect::<Vec<_>>(),
        ["One", "Two"]
    );
    assert_eq!(evaluate(&named("m1"), "m1").unwrap()[0].0, "One");
}

#[test]
fn what_is_no_expression_is_refused() {
    let deep = format!("{}m1{}", "(".repeat(10_000), ")".repeat(10_000));
    for expression in [
        "",
        "m1 +",
        "(m1",
        "m9",
        "1 + 1",
        "SUM()",
        "e1 + 1",
        "SEARCH('x', 'Sum', 60)",
        "m1 m2",
        &deep,
    ] {
        assert!(evaluate(&named(expression), "e1").is_err(), "{expression}");
    }
}
