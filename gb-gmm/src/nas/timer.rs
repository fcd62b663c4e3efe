//! Lengths of timers.
use std::time::Duration;

wire::bits! {
    /// GPRS timer and the value of GPRS timer 2, TS 24.008 10.5.7.3 and 10.5.7.4.
    pub struct GprsTimer(u8) {
        unit: u8 [7..=5], "unit";
        value: u8 [4..=0], "value";
    }
}

impl GprsTimer {
    /// The timer is not used.
    pub const DEACTIVATED: Self = Self(0xe0);

    /// The shortest encoding that is not below `d`; decihours up to 186 minutes.
    pub fn at_least(d: Duration) -> Self {
        let secs = d.as_secs();
        let (unit, step) = match secs {
            0..=62 => (0, 2),
            63..=1860 => (1, 60),
            _ => (2, 360),
        };
        Self(0)
            .with_unit(unit)
            .with_value(secs.div_ceil(step).min(31) as u8)
    }

    /// How long; `None` where the timer is deactivated.
    pub fn duration(self) -> Option<Duration> {
        let step = match self.unit() {
            0 => 2,
            2 => 360,
            7 => return None,
            _ => 60,
        };
        Some(Duration::from_secs(
            u64::from(self.value()).wrapping_mul(step),
        ))
    }
}

wire::bits! {
    /// The value of GPRS timer 3, TS 24.008 10.5.7.4a.
    pub struct GprsTimer3(u8) {
        unit: u8 [7..=5], "unit";
        value: u8 [4..=0], "value";
    }
}

impl GprsTimer3 {
    /// How long; `None` where the timer is deactivated.
    pub fn duration(self) -> Option<Duration> {
        let step = match self.unit() {
            0 => 600,
            1 => 3600,
            2 => 36_000,
            3 => 2,
            4 => 30,
            6 => 1_152_000,
            7 => return None,
            _ => 60,
        };
        Some(Duration::from_secs(
            u64::from(self.value()).wrapping_mul(step),
        ))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn units() {
        for (octet, secs) in [(0x16, 44), (0x2c, 12 * 60), (0x49, 54 * 60), (0xa5, 5 * 60)] {
            let d = Duration::from_secs(secs);
            assert_eq!(GprsTimer(octet).duration(), Some(d));
        }
        assert_eq!(GprsTimer::DEACTIVATED.duration(), None);
        assert_eq!(GprsTimer::at_least(Duration::from_secs(54 * 60)).0, 0x49);
        assert_eq!(GprsTimer::at_least(Duration::from_secs(44)).0, 0x16);
        assert_eq!(
            GprsTimer3(0x25).duration(),
            Some(Duration::from_secs(5 * 3600))
        );
    }
}
