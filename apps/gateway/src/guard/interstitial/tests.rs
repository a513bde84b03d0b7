use super::*;
use crate::guard::tests::{ADMIN, answer, guard, path_rule, visit};
use crate::guard::{Decision, Guard};
use haechi_dataplane::ResourceKind::ApplicationLoadBalancer;
use serde_json::json;

const HTML: [(&[u8], &[u8]); 1] = [(b"accept", b"text/html,*/*")];

fn guarded_by(action: &str) -> Guard {
    guard(&json!([path_rule("admin", 0, ADMIN, &json!({ action: {} }))]))
}

fn asked(guard: &Guard) -> Answer {
    let mut visit = visit("/admin?x=1", ApplicationLoadBalancer);
    visit.request = visit.request.with_headers(&HTML);
    answer(guard.decide(&visit))
}

fn post(guard: &Guard, path: &str, body: &str, change: impl Fn(&mut Visit<'_>)) -> Answer {
    let mut visit = visit(path, ApplicationLoadBalancer);
    visit.request.method = b"POST";
    visit.request = visit.request.with_body(body.as_bytes());
    change(&mut visit);
    guard.take_proof(&visit)
}

/// The text between two others.
fn between<'t>(text: &'t str, before: &str, after: &str) -> &'t str {
    let start = text.find(before).expect("the beginning") + before.len();
    let length = text[start..].find(after).expect("the end");
    &text[start..start + length]
}

fn cookie_of(answer: &Answer) -> Option<String> {
    let (_, value) = answer.headers.iter().find(|(name, _)| name == SET_COOKIE)?;
    Some(value.to_str().ok()?.split(';').next()?.to_owned())
}

fn passes(guard: &Guard, cookie: &str) -> bool {
    let headers = [(&b"cookie"[..], cookie.as_bytes())];
    let mut visit = visit("/admin", ApplicationLoadBalancer);
    visit.request = visit.request.with_headers(&headers);
    matches!(guard.decide(&visit), Decision::Pass(_))
}

fn text(answer: &Answer) -> String {
    String::from_utf8(answer.body.to_vec()).expect("text")
}

/// Does what the page's script does.
fn search(sealed: &str) -> String {
    let (id, _) = Sealed::id_of(sealed).expect("an id");
    (0_u64..100_000_000)
        .map(|number| number.to_string())
        .find(|number| works(&id, number))
        .expect("a number")
}

#[test]
fn a_solved_challenge_gives_a_token_that_passes() {
    let guard = guarded_by("Challenge");
    let page = asked(&guard);
    assert_eq!(page.status, StatusCode::ACCEPTED);
    let html = text(&page);
    let sealed = between(&html, "encodeURIComponent(\"", "\"");
    let body = format!("sealed={sealed}&answer={}", search(sealed));
    let solved = post(&guard, "/.haechi/waf/challenge", &body, |_| ());
    assert_eq!(solved.status, StatusCode::OK);
    assert!(passes(&guard, &cookie_of(&solved).expect("a cookie")));
    let again = post(&guard, "/.haechi/waf/challenge", &body, |_| ());
    assert_eq!(cookie_of(&again), None, "a proof is good once");
}

#[test]
fn a_proof_is_good_for_its_client_its_host_and_a_while() {
    let guard = guarded_by("Challenge");
    let html = text(&asked(&guard));
    let sealed = between(&html, "encodeURIComponent(\"", "\"");
    let body = format!("sealed={sealed}&answer={}", search(sealed));
    let refused = |change: fn(&mut Visit<'_>)| {
        cookie_of(&post(&guard, "/.haechi/waf/challenge", &body, change)).is_none()
    };
    assert!(refused(|visit| visit.host = "other.example"));
    assert!(refused(|visit| visit.request.client_ip = [192, 0, 2, 99].into()));
    assert!(refused(|visit| visit.now += 301_000));
    let lazy = format!("sealed={sealed}&answer=0");
    let (id, _) = Sealed::id_of(sealed).expect("an id");
    if !works(&id, "0") {
        assert_eq!(
            cookie_of(&post(&guard, "/.haechi/waf/challenge", &lazy, |_| ())),
            None
        );
    }
}

#[test]
fn a_puzzle_shows_no_answer_and_takes_one_try() {
    let guard = guarded_by("Captcha");
    let page = asked(&guard);
    assert_eq!(page.status, StatusCode::METHOD_NOT_ALLOWED);
    let html = text(&page);
    assert!(html.contains("<svg") && html.contains("value=\"/admin?x=1\""));
    let sealed = between(&html, "name=\"sealed\" value=\"", "\"").to_owned();
    let wrong = post(
        &guard,
        "/.haechi/waf/captcha",
        &format!("sealed={sealed}&answer=QQQQQ&back=/"),
        |_| (),
    );
    assert_eq!(wrong.status, StatusCode::METHOD_NOT_ALLOWED);
    assert_eq!(cookie_of(&wrong), None);
}

#[test]
fn a_read_picture_gives_a_token_and_leads_back() {
    let guard = guarded_by("Captcha");
    let visit = visit("/", ApplicationLoadBalancer);
    let (_, sealed) = Sealed::make("puzzle", "HK7RX", &guard.tokens, &visit);
    let body = format!("sealed={sealed}&answer=hk+7rx&back=%2Fadmin%3Fx%3D1");
    let solved = post(&guard, "/.haechi/waf/captcha", &body, |_| ());
    assert_eq!(solved.status, StatusCode::SEE_OTHER);
    assert!(
        solved
            .headers
            .iter()
            .any(|(name, value)| name == LOCATION && value == "/admin?x=1")
    );
    assert!(passes(&guard, &cookie_of(&solved).expect("a cookie")));
    let again = post(&guard, "/.haechi/waf/captcha", &body, |_| ());
    assert_eq!(cookie_of(&again), None, "one try per picture, right or wrong");
}

#[test]
fn nobody_is_led_to_another_host() {
    for path in [
        "//evil.example",
        "https://evil.example",
        "/\\evil.example",
        "/a\\b",
        "/a\r\nx: y",
        "",
    ] {
        assert_eq!(safe_path(path), "/", "{path:?}");
    }
    assert_eq!(safe_path("/a?b=//c"), "/a?b=//c");
}

#[test]
fn clients_that_show_no_pages_get_the_header_alone() {
    let guard = guarded_by("Captcha");
    let plain = answer(guard.decide(&visit("/admin", ApplicationLoadBalancer)));
    assert_eq!(
        (plain.status, plain.body.len()),
        (StatusCode::METHOD_NOT_ALLOWED, 0)
    );
}
