//! The loss formulas of teletraffic theory (ITU-R/ITU-T "Teletraffic Engineering Handbook", chapters
//! 7 and 8), by their recursions: no factorials, so no overflow.

/// Erlang's first formula: the share of arrivals that find all of `servers` busy, where `offered`
/// erlangs come from endless many sources (Poisson), whatever the sessions' distribution.
pub fn erlang_b(offered: f64, servers: u32) -> f64 {
    // E(0) = 1; E(n) = A E(n-1) / (n + A E(n-1))
    (1..=servers).fold(1.0, |e, n| {
        let x = offered * e;
        x / (f64::from(n) + x)
    })
}

/// Engset's formula: the same for a number of sources, each of which is silent while it is served;
/// `offered` is what all of them would offer were nobody turned away. What an arriving source sees:
/// the others.
pub fn engset(offered: f64, sources: u64, servers: u32) -> f64 {
    let n = sources as f64;
    if f64::from(servers) >= n {
        return 0.0;
    }
    if offered >= n {
        return 1.0;
    }
    // of each source while it is silent: A = N b / (1 + b)
    let b = offered / (n - offered);
    (1..=servers).fold(1.0, |e, k| {
        let x = (n - f64::from(k)) * b * e;
        x / (f64::from(k) + x)
    })
}

/// The fewest servers that turn away no more than `blocking`; `None` beyond `most`.
pub(super) fn needed(offered: f64, blocking: f64, most: u32) -> Option<u32> {
    let mut e = 1.0;
    (1..=most).find(|n| {
        let x = offered * e;
        e = x / (f64::from(*n) + x);
        e <= blocking
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn near(a: f64, b: f64, by: f64) -> bool {
        (a - b).abs() <= by
    }

    #[test]
    fn erlang_b_as_the_published_tables_have_it() {
        // 1/2 of 1 erlang on one server, 2/5 of 2 on two
        assert!(near(erlang_b(1.0, 1), 0.5, 1e-12));
        assert!(near(erlang_b(2.0, 2), 0.4, 1e-12));
        assert!(near(erlang_b(10.0, 10), 0.214_58, 1e-5));
        // the 1 % column: servers and the load that they carry
        for (servers, load) in [(10, 4.46), (20, 12.03), (50, 37.90), (100, 84.06)] {
            assert!(near(erlang_b(load, servers), 0.01, 1e-4), "{servers}");
            assert_eq!(needed(load - 0.02, 0.01, 1000), Some(servers));
        }
        assert_eq!(needed(1000.0, 0.01, 10), None);
        // no overflow where factorials would
        assert!(erlang_b(100_000.0, 100_000).is_finite());
    }

    #[test]
    fn engset_is_erlang_for_many_sources_and_nothing_for_few() {
        assert!(near(engset(10.0, 10_000_000, 15), erlang_b(10.0, 15), 1e-5));
        assert!(engset(10.0, 40, 15) < erlang_b(10.0, 15));
        assert_eq!(engset(3.0, 5, 5), 0.0);
        // two sources, one server: the other one holds it with probability b/(1+b) of its time
        let b = 1.0 / (2.0 - 1.0);
        assert!(near(engset(1.0, 2, 1), b / (1.0 + b), 1e-12));
    }
}
