//! IMF-fixdate (RFC 9110 5.6.7).
use engine::Utc;

const MONTHS: [&str; 12] = [
    "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
];
const DAYS: [&str; 7] = ["Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"];

/// `Thu, 01 Jan 2026 00:00:00 GMT`.
#[allow(clippy::arithmetic_side_effects)] // all values are bounded by u64 nanoseconds: year 2554
pub(crate) fn fixdate(at: Utc) -> String {
    let (days, secs) = (at.secs() / 86_400, at.secs() % 86_400);
    // civil date from the day number, counting years from March
    let z = days + 719_468;
    let (era, doe) = (z / 146_097, z % 146_097);
    let yoe = (doe - doe / 1_460 + doe / 36_524 - doe / 146_096) / 365;
    let doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
    let mp = (5 * doy + 2) / 153;
    let day = doy - (153 * mp + 2) / 5 + 1;
    let month = if mp < 10 { mp + 3 } else { mp - 9 };
    let year = yoe + era * 400 + u64::from(month <= 2);
    let name = MONTHS.get((month - 1) as usize).unwrap_or(&"Jan");
    let weekday = DAYS.get((days % 7) as usize).unwrap_or(&"Thu");
    let (h, m, s) = (secs / 3600, secs / 60 % 60, secs % 60);
    format!("{weekday}, {day:02} {name} {year} {h:02}:{m:02}:{s:02} GMT")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_dates() {
        // the example of RFC 9110 5.6.7
        let at = Utc::from_secs(784_111_777);
        assert_eq!(fixdate(at), "Sun, 06 Nov 1994 08:49:37 GMT");
        let at = engine::Now::VIRTUAL_EPOCH;
        assert_eq!(fixdate(at), "Thu, 01 Jan 2026 00:00:00 GMT");
        let at = Utc::from_secs(951_782_399);
        assert_eq!(fixdate(at), "Mon, 28 Feb 2000 23:59:59 GMT");
        let at = Utc::from_secs(951_782_400);
        assert_eq!(fixdate(at), "Tue, 29 Feb 2000 00:00:00 GMT");
    }
}
