//! A fleet in virtual time: devices arrive, hold a PCID for a session, or are turned away.
use super::Fleet;
use engine::Rng;
use std::{cmp::Reverse, collections::BinaryHeap};

/// Runs that are independent of each other.
const RUNS: u32 = 20;
/// Student's t of 95 % for 19 degrees of freedom.
const T: f64 = 2.093;
/// Devices of a run at most: more say nothing new.
const MOST: u64 = 40_000;
/// A run begins with nobody; what is counted begins after so many sessions' time.
const WARM: f64 = 10.0;

/// A share, with the half of its 95 % confidence interval.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Estimate {
    /// The mean of all runs.
    pub share: f64,
    /// How far the truth may be away from it.
    pub within: f64,
}

impl Estimate {
    /// Whether a value lies within the interval.
    pub fn holds(&self, value: f64) -> bool {
        (self.share - value).abs() <= self.within
    }
}

/// The share of devices that find none of `pcids` free: arrivals at random (Poisson), sessions of
/// random length (exponential). The same devices, whatever the pool.
pub fn simulate(fleet: &Fleet, pcids: u32, rng: &Rng) -> Estimate {
    let shares: Vec<f64> = (0..RUNS)
        .map(|n| run(fleet, pcids, rng.stream(&format!("fleet {n}"))))
        .collect();
    let n = f64::from(RUNS);
    let share = shares.iter().sum::<f64>() / n;
    let spread = shares.iter().map(|s| (s - share).powi(2)).sum::<f64>() / (n - 1.0);
    Estimate {
        share,
        within: T * (spread / n).sqrt(),
    }
}

fn run(fleet: &Fleet, pcids: u32, mut rng: Rng) -> f64 {
    let session = fleet.session.as_secs_f64();
    let between = 3600.0 / fleet.per_hour;
    let warm = WARM * session;
    let count = fleet.devices.clamp(1000, MOST);
    // when each PCID is free again, in nanoseconds: whole numbers have an order
    let mut busy: BinaryHeap<Reverse<u64>> = BinaryHeap::new();
    let (mut now, mut seen, mut turned) = (0.0, 0_u64, 0_u64);
    while seen < count {
        now += between * exponential(&mut rng);
        // drawn for each device, so that a larger pool serves the same ones
        let length = session * exponential(&mut rng);
        let at = nanoseconds(now);
        while busy.peek().is_some_and(|t| t.0 <= at) {
            busy.pop();
        }
        let free = busy.len() < pcids as usize;
        if free {
            busy.push(Reverse(nanoseconds(now + length)));
        }
        if now >= warm {
            seen += 1;
            turned += u64::from(!free);
        }
    }
    turned as f64 / seen as f64
}

fn nanoseconds(seconds: f64) -> u64 {
    (seconds * 1e9) as u64
}

/// Of mean 1.
fn exponential(rng: &mut Rng) -> f64 {
    // 53 bits are all that a float holds; never 0, whose logarithm is endless
    let uniform = ((rng.u64() >> 11) as f64 + 0.5) / (1_u64 << 53) as f64;
    -uniform.ln()
}

#[cfg(test)]
mod tests {
    use super::super::erlang_b;
    use super::*;
    use std::time::Duration;

    fn fleet(offered: f64) -> Fleet {
        Fleet {
            devices: 30_000,
            session: Duration::from_secs(60),
            per_hour: offered * 60.0,
            blocking: 0.01,
        }
    }

    #[test]
    fn simulation_and_formula_agree() {
        let rng = Rng::seed(7);
        let mut outside = Vec::new();
        let mut all = 0;
        for (offered, pools) in [
            (1.0, [1, 2, 3, 4]),
            (5.0, [4, 6, 8, 10]),
            (20.0, [15, 20, 25, 30]),
            (80.0, [70, 80, 90, 95]),
        ] {
            for pcids in pools {
                let e = simulate(&fleet(offered), pcids, &rng);
                all += 1;
                if !e.holds(erlang_b(offered, pcids)) {
                    outside.push((offered, pcids, e));
                }
            }
        }
        // of an interval of 95 % one in twenty is outside by chance
        assert!(
            outside.len() <= 2,
            "{} of {all}: {outside:?}",
            outside.len()
        );
    }

    #[test]
    fn one_seed_gives_one_answer_and_a_larger_pool_turns_fewer_away() {
        let f = fleet(5.0);
        let rng = Rng::seed(1);
        assert_eq!(simulate(&f, 6, &rng), simulate(&f, 6, &rng));
        let shares: Vec<f64> = (3..9).map(|c| simulate(&f, c, &rng).share).collect();
        assert!(shares.is_sorted_by(|a, b| a > b), "{shares:?}");
    }
}
