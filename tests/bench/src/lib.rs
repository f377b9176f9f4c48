//! What the benchmarks share: a made-up site, and figures of single runs.

pub mod site;

use std::time::{Duration, Instant};

/// Times of single runs, sorted.
pub struct Times(Vec<Duration>);

impl Times {
    /// Runs `what` some times unmeasured, then `runs` times, each of them measured by itself.
    pub fn of<T>(runs: usize, mut what: impl FnMut() -> T) -> Self {
        for _ in 0..runs.div_ceil(20) {
            std::hint::black_box(what());
        }
        let mut times: Vec<Duration> = (0..runs)
            .map(|_| {
                let start = Instant::now();
                std::hint::black_box(what());
                start.elapsed()
            })
            .collect();
        times.sort_unstable();
        Self(times)
    }

    /// In nanoseconds, `per_mille` of the runs took no longer.
    pub fn nanos(&self, per_mille: usize) -> u128 {
        let at = (self.0.len() * per_mille / 1000).min(self.0.len().saturating_sub(1));
        self.0.get(at).map_or(0, Duration::as_nanos)
    }
}
