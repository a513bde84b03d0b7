//! What a look at one value costs.

use divan::{Bencher, black_box, counter::BytesCount};
use haechi_injection::{Sensitivity, sqli, xss};

fn main() {
    divan::main();
}

const VALUES: [&str; 8] = [
    "alice",
    "alice.liddell@example.com",
    "It's a long way to Tipperary, isn't it?",
    "https://example.com/a/b?c=d&e=f#g",
    "2026-11-23T14:12:00.000Z",
    "안녕하세요, 만나서 반갑습니다",
    "1' OR '1'='1",
    "-1 UNION ALL SELECT 1,2,group_concat(table_name) FROM information_schema.tables-- -",
];

#[divan::bench(args = VALUES)]
fn sqli_low(bencher: Bencher<'_, '_>, value: &str) {
    bencher
        .counter(BytesCount::of_str(value))
        .bench(|| sqli::detect(black_box(value.as_bytes()), Sensitivity::Low));
}

#[divan::bench(args = VALUES)]
fn sqli_high(bencher: Bencher<'_, '_>, value: &str) {
    bencher
        .counter(BytesCount::of_str(value))
        .bench(|| sqli::detect(black_box(value.as_bytes()), Sensitivity::High));
}

#[divan::bench(args = [
    "alice",
    "https://example.com/a/b?c=d&e=f#g",
    "a < b, and \"b\" = c",
    "\"><img src=x onerror=alert(1)>",
    "<p class=x>Hello <b>world</b>, this is <i>ordinary</i> markup.</p>",
])]
fn xss_detect(bencher: Bencher<'_, '_>, value: &str) {
    bencher
        .counter(BytesCount::of_str(value))
        .bench(|| xss::detect(black_box(value.as_bytes())));
}

/// Inputs made to be slow, 8 KiB each: nothing may cost more than about a microsecond per byte.
#[divan::bench(args = ["'", "\\'", "/*", "a.", "1,", "((", "[", "$a$", "<a ", "/ ", "=`", "-\0", "&#0", "{a ", "1e "])]
fn hostile(bencher: Bencher<'_, '_>, unit: &str) {
    let input = unit.repeat(8192 / unit.len());
    bencher.counter(BytesCount::of_str(&input)).bench(|| {
        (
            sqli::detect(black_box(input.as_bytes()), Sensitivity::High),
            xss::detect(black_box(input.as_bytes())),
        )
    });
}
