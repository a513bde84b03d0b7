//! Health checks of targets.
//!
//! A target starts as `initial`; one good check makes it healthy. From then on it takes as many equal results in a
//! row as its group says (ELB user guide, "Health checks for Application Load Balancer target groups").

use std::collections::HashMap;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use haechi_dataplane::front::HealthCheck;
use haechi_dataplane::report::TargetHealth;
use http::Request;
use tokio::task::JoinSet;
use tokio::time::Instant;

use crate::board::{Finding, Group, Origin, Place, State, Target, Trust};
use crate::body::RequestBody;
use crate::shared::Shared;

/// How often it is looked whether a check is due.
const LOOK: Duration = Duration::from_millis(250);

/// A target under watch.
struct Watched {
    due: Instant,
    /// Good or bad ones in a row.
    run: u32,
    good: bool,
}

type Checked = (Arc<Group>, Arc<Target>, Finding);

/// Checks for as long as it is polled.
pub(crate) async fn run(shared: Arc<Shared>) {
    let mut watched: HashMap<usize, Watched> = HashMap::new();
    let mut checks = JoinSet::new();
    let mut looking = tokio::time::interval(LOOK);
    loop {
        tokio::select! {
            _ = looking.tick() => start_due(&shared, &mut watched, &mut checks),
            Some(Ok((group, target, finding))) = checks.join_next(), if !checks.is_empty() => {
                if let Some(watch) = watched.get_mut(&(Arc::as_ptr(&target) as usize)) {
                    note(&group.health_check, &target, watch, finding, shared.ticker.now());
                }
            }
        }
    }
}

fn start_due(shared: &Arc<Shared>, watched: &mut HashMap<usize, Watched>, checks: &mut JoinSet<Checked>) {
    let now = Instant::now();
    let mut present = std::collections::HashSet::new();
    for group in shared.board.groups() {
        if !group.health_check.enabled {
            continue;
        }
        for target in &group.targets {
            let key = Arc::as_ptr(target) as usize;
            present.insert(key);
            let watch = watched.entry(key).or_insert(Watched {
                due: now,
                run: 0,
                good: false,
            });
            if watch.due > now || target.is_draining() {
                continue;
            }
            watch.due = now + Duration::from_secs(u64::from(group.health_check.interval.max(1)));
            let (shared, group, target) = (Arc::clone(shared), Arc::clone(&group), Arc::clone(target));
            checks.spawn(async move {
                let patience = Duration::from_secs(u64::from(group.health_check.timeout.max(1)));
                let found = tokio::time::timeout(patience, check(&shared, &group, &target)).await;
                (group, target, found.unwrap_or(Finding::TimedOut))
            });
        }
    }
    watched.retain(|key, _| present.contains(key));
}

/// Asks a target once.
async fn check(shared: &Shared, group: &Group, target: &Target) -> Finding {
    let settings = &group.health_check;
    let address = SocketAddr::new(
        target.address.ip(),
        settings.port.unwrap_or(target.address.port()),
    );
    let origin = Origin {
        place: Place::Address(address),
        tls: settings.tls.then_some(Trust::Any),
        http2: false,
    };
    let request = Request::get(settings.path.as_str())
        .header(http::header::HOST, address.to_string())
        .header(http::header::USER_AGENT, "ELB-HealthChecker/2.0")
        .header(http::header::CONNECTION, "close")
        .body(RequestBody::empty());
    let Ok(request) = request else {
        return Finding::Failed;
    };
    let Ok(mut sender) = shared.connector.connect_http1(&origin).await else {
        return Finding::Failed;
    };
    match sender.send_request(request).await {
        Ok(response) if fits(&settings.matcher, response.status().as_u16()) => Finding::Good,
        Ok(response) => Finding::BadStatus(response.status().as_u16()),
        Err(_) => Finding::Failed,
    }
}

/// Whether a status is one of `200`, `200,202`, `200-299`.
fn fits(matcher: &str, status: u16) -> bool {
    matcher
        .split(',')
        .map(str::trim)
        .any(|part| match part.split_once('-') {
            Some((low, high)) => match (low.parse::<u16>(), high.parse::<u16>()) {
                (Ok(low), Ok(high)) => (low..=high).contains(&status),
                _ => false,
            },
            None => part.parse() == Ok(status),
        })
}

/// Takes a result in.
fn note(settings: &HealthCheck, target: &Target, watch: &mut Watched, finding: Finding, tick: u32) {
    let good = finding == Finding::Good;
    watch.run = if good == watch.good {
        watch.run.saturating_add(1)
    } else {
        1
    };
    watch.good = good;
    target.found(finding);
    let enough = match (good, target.state()) {
        (true, State::Initial) => true,
        (true, _) => watch.run >= settings.healthy_threshold,
        (false, _) => watch.run >= settings.unhealthy_threshold,
    };
    if enough {
        target.set_state(if good { State::Healthy } else { State::Unhealthy }, tick);
    }
}

/// What `DescribeTargetHealth` says of every target.
pub(crate) fn report(groups: &[Arc<Group>]) -> Vec<TargetHealth> {
    let of = |group: &Arc<Group>, target: &Arc<Target>| {
        let (state, reason, description) = words(target);
        TargetHealth {
            group: group.arn.to_string(),
            id: target.id.clone(),
            port: target.address.port(),
            state: state.to_owned(),
            reason: reason.map(ToOwned::to_owned),
            description,
        }
    };
    groups
        .iter()
        .flat_map(|group| group.targets.iter().map(move |target| of(group, target)))
        .collect()
}

/// State, reason and description in ELB's words.
fn words(target: &Target) -> (&'static str, Option<&'static str>, Option<String>) {
    let said = |text: &str| Some(text.to_owned());
    if target.is_draining() {
        let text = "Target deregistration is in progress";
        return ("draining", Some("Target.DeregistrationInProgress"), said(text));
    }
    match (target.state(), target.finding()) {
        (State::Healthy, _) => ("healthy", None, None),
        (State::Initial, None | Some(Finding::Good)) => (
            "initial",
            Some("Elb.RegistrationInProgress"),
            said("Target registration is in progress"),
        ),
        (State::Initial, Some(_)) => (
            "initial",
            Some("Elb.InitialHealthChecking"),
            said("Initial health checks in progress"),
        ),
        (State::Unhealthy, Some(Finding::BadStatus(status))) => (
            "unhealthy",
            Some("Target.ResponseCodeMismatch"),
            Some(format!("Health checks failed with these codes: [{status}]")),
        ),
        (State::Unhealthy, Some(Finding::TimedOut)) => {
            ("unhealthy", Some("Target.Timeout"), said("Request timed out"))
        }
        (State::Unhealthy, _) => (
            "unhealthy",
            Some("Target.FailedHealthChecks"),
            said("Health checks failed"),
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::balance::tests::group;

    #[test]
    fn matchers_are_codes_lists_and_ranges() {
        for (matcher, good, bad) in [
            ("200", 200, 201),
            ("200,202", 202, 201),
            ("200-299, 404", 404, 300),
        ] {
            assert!(fits(matcher, good) && !fits(matcher, bad), "{matcher}");
        }
    }

    #[test]
    fn a_target_is_healthy_after_one_good_check_and_unhealthy_after_the_threshold() {
        let (_, group) = group("round_robin", None);
        let (target, settings) = (&group.targets[0], &group.health_check);
        let mut watch = Watched {
            due: Instant::now(),
            run: 0,
            good: false,
        };
        assert_eq!(words(target).0, "initial");
        note(settings, target, &mut watch, Finding::Good, 0);
        assert_eq!(words(target).0, "healthy");
        note(settings, target, &mut watch, Finding::BadStatus(500), 0);
        assert_eq!(words(target).0, "healthy");
        note(settings, target, &mut watch, Finding::BadStatus(500), 0);
        let (state, reason, description) = words(target);
        assert_eq!(
            (state, reason),
            ("unhealthy", Some("Target.ResponseCodeMismatch"))
        );
        assert_eq!(
            description.as_deref(),
            Some("Health checks failed with these codes: [500]")
        );
        for number in 1..=5 {
            assert_eq!(words(target).0, "unhealthy", "after {number} good ones");
            note(settings, target, &mut watch, Finding::Good, 0);
        }
        assert_eq!(words(target).0, "healthy");
        assert_eq!(words(&group.targets[3]).0, "draining");
    }
}
