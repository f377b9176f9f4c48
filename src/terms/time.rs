//! Points in time, and the one door to the clock.

use std::fmt;
use std::sync::Mutex;
use std::time::Duration;

use time::OffsetDateTime;
use time::format_description::BorrowedFormatItem;
use time::macros::format_description;

/// A point in UTC, in microseconds since 1970-01-01T00:00:00Z.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp(i64);

const RFC3339: &[BorrowedFormatItem<'static>] =
    format_description!("[year]-[month]-[day]T[hour]:[minute]:[second].[subsecond digits:6]Z");

impl Timestamp {
    /// From microseconds since the epoch.
    #[must_use]
    pub const fn from_micros(micros: i64) -> Self {
        Self(micros)
    }

    /// From whole seconds since the epoch (a JWT NumericDate, RFC 7519 section 2).
    #[must_use]
    pub const fn from_seconds(seconds: i64) -> Self {
        Self(seconds.saturating_mul(1_000_000))
    }

    /// Microseconds since the epoch.
    #[must_use]
    pub const fn micros(self) -> i64 {
        self.0
    }

    /// Whole seconds since the epoch, rounded down.
    #[must_use]
    pub const fn seconds(self) -> i64 {
        self.0.div_euclid(1_000_000)
    }

    /// Later by `by`; stops at the end of time instead of overflowing.
    #[must_use]
    pub fn plus(self, by: Duration) -> Self {
        Self(self.0.saturating_add(i64::try_from(by.as_micros()).unwrap_or(i64::MAX)))
    }

    /// How much later than `earlier`; zero if it is not.
    #[must_use]
    pub fn since(self, earlier: Timestamp) -> Duration {
        Duration::from_micros(u64::try_from(self.0.saturating_sub(earlier.0)).unwrap_or(0))
    }

    /// Reads what [`fmt::Display`] writes.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let at = time::PrimitiveDateTime::parse(text, RFC3339).ok()?.assume_utc();
        i64::try_from(at.unix_timestamp_nanos() / 1000).ok().map(Self)
    }
}

/// RFC 3339, UTC, six fractional digits, `Z`.
impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let shown = OffsetDateTime::from_unix_timestamp_nanos(i128::from(self.0) * 1000)
            .ok()
            .and_then(|at| at.format(RFC3339).ok());
        f.pad(shown.as_deref().unwrap_or("9999-12-31T23:59:59.999999Z"))
    }
}

/// Where time comes from. The deciding modules never hold one: they are given a [`Timestamp`].
pub trait Clock: Send + Sync + 'static {
    /// Civil time: may jump.
    fn wall(&self) -> Timestamp;
    /// Time since some fixed point of this boot: never goes back.
    fn mono(&self) -> Duration;
}

/// A clock that stands still until it is moved: for tests, and for asking "what if it were then".
#[derive(Debug)]
pub struct ManualClock(Mutex<(Timestamp, Duration)>);

impl ManualClock {
    /// Stands at `wall`.
    #[must_use]
    pub fn at(wall: Timestamp) -> Self {
        Self(Mutex::new((wall, Duration::ZERO)))
    }

    /// Moves both readings on.
    pub fn advance(&self, by: Duration) {
        self.with(|state| {
            state.0 = state.0.plus(by);
            state.1 = state.1.saturating_add(by);
        });
    }

    /// Sets the wall clock alone, as an operator or a bad NTP server would.
    pub fn step_to(&self, wall: Timestamp) {
        self.with(|state| state.0 = wall);
    }

    // The lock guards two plain values; no code can fail while it is held.
    fn with<T>(&self, f: impl FnOnce(&mut (Timestamp, Duration)) -> T) -> T {
        f(&mut self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner))
    }
}

impl Clock for ManualClock {
    fn wall(&self) -> Timestamp {
        self.with(|state| state.0)
    }

    fn mono(&self) -> Duration {
        self.with(|state| state.1)
    }
}
