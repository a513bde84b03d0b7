//! What surrounds a request that is measured: no countries, no token, no time that passes.

use haechi_waf::evaluate::Environment;
use haechi_waf::geo::NoGeo;
use haechi_waf::rate::RateCounters;
use haechi_waf::request::Limits;
use haechi_waf::verdict::TokenState;

/// The environment with the limits of a load balancer.
pub fn plain(rates: &RateCounters) -> Environment<'_> {
    Environment {
        resource: "",
        limits: Limits::default(),
        geo: &NoGeo,
        rates,
        token: TokenState::Absent,
        now: 0,
    }
}
