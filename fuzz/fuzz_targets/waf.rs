//! Any bytes as a request before all managed rule groups. The prefilters must not change what is decided: an
//! explanation, which asks every statement, comes to the same verdict.
#![no_main]

use std::net::{IpAddr, Ipv4Addr};
use std::sync::LazyLock;

use haechi_bench_waf::acl;
use haechi_waf::compile::Plan;
use haechi_waf::evaluate::{Environment, Scratch};
use haechi_waf::geo::NoGeo;
use haechi_waf::rate::RateCounters;
use haechi_waf::request::{HttpRequest, Limits};
use haechi_waf::verdict::TokenState;
use libfuzzer_sys::fuzz_target;

static PLAN: LazyLock<Plan> = LazyLock::new(|| acl::plan(&acl::all()).expect("the managed groups"));

fuzz_target!(|input: (&[u8], &[u8], &[u8], &[u8])| {
    let (target, name, value, body) = input;
    let rates = RateCounters::new(&PLAN);
    let environment = Environment {
        resource: "",
        limits: Limits::default(),
        geo: &NoGeo,
        rates: &rates,
        token: TokenState::Absent,
        now: 0,
    };
    let headers = [(b"cookie".as_slice(), value), (name, value)];
    let request = HttpRequest::new(b"POST", target, IpAddr::V4(Ipv4Addr::LOCALHOST))
        .with_headers(&headers)
        .with_body(body);
    let mut scratch = Scratch::new();
    let quick = PLAN.evaluate(&request, &environment, &mut scratch);
    let (slow, _) = PLAN.explain(&request, &environment, &mut scratch);
    assert_eq!(quick.action, slow.action);
    assert_eq!(
        quick.terminating_rule.rule_in_group,
        slow.terminating_rule.rule_in_group
    );
});
