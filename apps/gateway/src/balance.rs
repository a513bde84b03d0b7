//! Which target gets a request.

use std::cell::Cell;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use haechi_dataplane::front::Stickiness;
use http::header::{COOKIE, SET_COOKIE};
use http::{HeaderMap, HeaderValue};

use crate::board::{Algorithm, Group, State, Target};

/// The balancer's own cookies. Each comes twice: once more for requests from other sites.
const TARGET_COOKIE: &str = "AWSALB";
const APPLICATION_COOKIE: &str = "AWSALBAPP-0";
const GROUP_COOKIE: &str = "AWSALBTG";

/// Where a request goes.
pub(crate) struct Choice {
    pub(crate) group: Arc<Group>,
    pub(crate) target: Arc<Target>,
}

/// Picks a group by weight and a target of it; `None` where there is none that could serve (503).
pub(crate) fn choose(
    groups: &[(Arc<Group>, u32)],
    group_stickiness: Option<u32>,
    headers: &HeaderMap,
    tick: u32,
) -> Option<Choice> {
    let group = match groups {
        [(group, _)] => group,
        _ => sticky_group(groups, group_stickiness, headers).or_else(|| by_weight(groups))?,
    };
    let target = sticky_target(group, headers).or_else(|| pick(group, tick))?;
    Some(Choice {
        group: Arc::clone(group),
        target: Arc::clone(target),
    })
}

fn sticky_group<'g>(
    groups: &'g [(Arc<Group>, u32)],
    stickiness: Option<u32>,
    headers: &HeaderMap,
) -> Option<&'g Arc<Group>> {
    stickiness?;
    let mark = cookie(headers, GROUP_COOKIE)?;
    groups
        .iter()
        .map(|(group, _)| group)
        .find(|group| group.mark == mark)
}

fn by_weight(groups: &[(Arc<Group>, u32)]) -> Option<&Arc<Group>> {
    let total: u64 = groups.iter().map(|(_, weight)| u64::from(*weight)).sum();
    let mut left = random().checked_rem(total)?;
    for (group, weight) in groups {
        match left.checked_sub(u64::from(*weight)) {
            None => return Some(group),
            Some(rest) => left = rest,
        }
    }
    None
}

fn sticky_target<'g>(group: &'g Group, headers: &HeaderMap) -> Option<&'g Arc<Target>> {
    let name = match group.stickiness.as_ref()? {
        Stickiness::Balancer { .. } => TARGET_COOKIE,
        Stickiness::Application { .. } => APPLICATION_COOKIE,
    };
    let mark = cookie(headers, name)?;
    // A target that is not healthy loses its clients.
    group
        .targets
        .iter()
        .find(|target| target.mark == mark && target.state() != State::Unhealthy && !target.is_draining())
}

/// A healthy target; where none is, any that is not being taken out, as load balancers fail open.
fn pick(group: &Group, tick: u32) -> Option<&Arc<Target>> {
    let healthy = |target: &&Arc<Target>| target.state() == State::Healthy && !target.is_draining();
    let present = |target: &&Arc<Target>| !target.is_draining();
    let slow = |target: &Arc<Target>| {
        let age = target.healthy_for(tick);
        // A target in its slow start lets the others go first, less and less.
        age >= group.slow_start || random() % u64::from(group.slow_start.max(1)) < u64::from(age)
    };
    let found = match group.algorithm {
        Algorithm::RoundRobin => {
            let turn = group.turn.fetch_add(1, Ordering::Relaxed);
            in_turn(group, turn, |target| healthy(&target) && slow(target))
                .or_else(|| in_turn(group, turn, |target| healthy(&target)))
        }
        Algorithm::LeastOutstanding => group
            .targets
            .iter()
            .filter(healthy)
            .min_by_key(|target| target.outstanding()),
        Algorithm::WeightedRandom => in_turn(group, random() as usize, |target| healthy(&target)),
    };
    found.or_else(|| {
        let turn = group.turn.fetch_add(1, Ordering::Relaxed);
        in_turn(group, turn, |target| present(&target))
    })
}

fn in_turn(group: &Group, turn: usize, fit: impl Fn(&Arc<Target>) -> bool) -> Option<&Arc<Target>> {
    let count = group.targets.len();
    let start = turn.checked_rem(count)?;
    let (before, after) = group.targets.split_at(start);
    after.iter().chain(before).find(|target| fit(target))
}

/// Puts the cookies of stickiness into a response.
pub(crate) fn stick(choice: &Choice, groups: usize, group_stickiness: Option<u32>, headers: &mut HeaderMap) {
    match &choice.group.stickiness {
        None => {}
        Some(Stickiness::Balancer { seconds }) => {
            set(headers, TARGET_COOKIE, &choice.target.mark, *seconds);
        }
        // Only once the application has said who the client is.
        Some(Stickiness::Application { cookie, seconds }) if sets(headers, cookie) => {
            set(headers, APPLICATION_COOKIE, &choice.target.mark, *seconds);
        }
        Some(Stickiness::Application { .. }) => {}
    }
    if let Some(seconds) = group_stickiness.filter(|_| groups > 1) {
        set(headers, GROUP_COOKIE, &choice.group.mark, seconds);
    }
}

fn set(headers: &mut HeaderMap, name: &str, value: &str, seconds: u32) {
    for text in [
        format!("{name}={value}; Max-Age={seconds}; Path=/"),
        format!("{name}CORS={value}; Max-Age={seconds}; Path=/; SameSite=None; Secure"),
    ] {
        if let Ok(text) = HeaderValue::try_from(text) {
            headers.append(SET_COOKIE, text);
        }
    }
}

/// Whether a response sets this cookie.
fn sets(headers: &HeaderMap, name: &str) -> bool {
    headers.get_all(SET_COOKIE).iter().any(|value| {
        value
            .as_bytes()
            .strip_prefix(name.as_bytes())
            .is_some_and(|rest| rest.starts_with(b"="))
    })
}

/// The value of a request's cookie, or of its second form.
fn cookie<'h>(headers: &'h HeaderMap, name: &str) -> Option<&'h str> {
    headers
        .get_all(COOKIE)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .find(|(key, _)| *key == name || key.strip_suffix("CORS") == Some(name))
        .map(|(_, value)| value)
}

/// A number that is random enough to spread load; nothing secret depends on it.
pub(crate) fn random() -> u64 {
    thread_local! {
        static STATE: Cell<u64> = Cell::new({
            use std::hash::{BuildHasher as _, RandomState};
            RandomState::new().hash_one(0) | 1
        });
    }
    // xorshift64*
    STATE.with(|state| {
        let mut x = state.get();
        x ^= x >> 12;
        x ^= x << 25;
        x ^= x >> 27;
        state.set(x);
        x.wrapping_mul(0x2545_F491_4F6C_DD1D)
    })
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use crate::board::Board;
    use haechi_dataplane::front::{HealthCheck, Target as Registered, TargetGroup};

    pub(crate) fn group(algorithm: &str, stickiness: Option<Stickiness>) -> (Board, Arc<Group>) {
        let target = |n: u8| Registered {
            id: format!("10.0.0.{n}"),
            address: [10, 0, 0, n].into(),
            port: 80,
            draining: n == 4,
        };
        let group = TargetGroup {
            arn: "tg".to_owned(),
            tls: false,
            http2: false,
            targets: (1..=4).map(target).collect(),
            health_check: HealthCheck {
                enabled: true,
                tls: false,
                port: None,
                path: "/".to_owned(),
                interval: 30,
                timeout: 5,
                healthy_threshold: 5,
                unhealthy_threshold: 2,
                matcher: "200".to_owned(),
            },
            algorithm: algorithm.to_owned(),
            stickiness,
            deregistration_delay: 300,
            slow_start: 0,
        };
        let board = Board::default();
        let made = board.group(&group);
        (board, made)
    }

    fn chosen(group: &Arc<Group>, headers: &HeaderMap) -> Option<String> {
        choose(&[(Arc::clone(group), 1)], None, headers, 0).map(|choice| choice.target.id.clone())
    }

    #[test]
    fn healthy_targets_take_turns() {
        let (_, group) = group("round_robin", None);
        group.targets[0].set_state(State::Healthy, 0);
        group.targets[2].set_state(State::Healthy, 0);
        group.targets[3].set_state(State::Healthy, 0);
        let mut seen: Vec<_> = (0..8).filter_map(|_| chosen(&group, &HeaderMap::new())).collect();
        seen.sort();
        seen.dedup();
        assert_eq!(
            seen,
            ["10.0.0.1", "10.0.0.3"],
            "neither unhealthy nor draining ones"
        );
    }

    #[test]
    fn where_none_is_healthy_all_are_tried_that_are_not_taken_out() {
        let (_, group) = group("least_outstanding_requests", None);
        for target in &group.targets {
            target.set_state(State::Unhealthy, 0);
        }
        let mut seen: Vec<_> = (0..9).filter_map(|_| chosen(&group, &HeaderMap::new())).collect();
        seen.sort();
        seen.dedup();
        assert_eq!(seen, ["10.0.0.1", "10.0.0.2", "10.0.0.3"]);
    }

    #[test]
    fn the_least_busy_target_is_chosen() {
        let (_, group) = group("least_outstanding_requests", None);
        for target in &group.targets {
            target.set_state(State::Healthy, 0);
            target.begin();
        }
        group.targets[1].end();
        assert_eq!(chosen(&group, &HeaderMap::new()).as_deref(), Some("10.0.0.2"));
    }

    #[test]
    fn a_client_stays_with_its_target_by_the_cookie() {
        let (_, group) = group("round_robin", Some(Stickiness::Balancer { seconds: 60 }));
        for target in &group.targets {
            target.set_state(State::Healthy, 0);
        }
        let choice = choose(&[(Arc::clone(&group), 1)], None, &HeaderMap::new(), 0).expect("a target");
        let mut response = HeaderMap::new();
        stick(&choice, 1, None, &mut response);
        let cookie = response[SET_COOKIE].to_str().expect("text");
        assert!(cookie.starts_with("AWSALB=") && cookie.ends_with("; Max-Age=60; Path=/"));
        let mut headers = HeaderMap::new();
        let pair = cookie.split(';').next().expect("a pair");
        headers.insert(COOKIE, format!("x=y; {pair}").parse().expect("a value"));
        for _ in 0..6 {
            assert_eq!(chosen(&group, &headers).as_ref(), Some(&choice.target.id));
        }
        choice.target.set_state(State::Unhealthy, 0);
        assert_ne!(chosen(&group, &headers).as_ref(), Some(&choice.target.id));
    }

    #[test]
    fn groups_share_by_weight() {
        let (_, one) = group("round_robin", None);
        let (_, other) = group("round_robin", None);
        let groups = [(Arc::clone(&one), 0), (Arc::clone(&other), 3)];
        for _ in 0..20 {
            let choice = choose(&groups, None, &HeaderMap::new(), 0).expect("a target");
            assert!(Arc::ptr_eq(&choice.group, &other));
        }
        assert!(choose(&[(one, 0), (other, 0)], None, &HeaderMap::new(), 0).is_none());
    }
}
