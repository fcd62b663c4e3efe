//! Global title translation (Q.714 2.4.3): the longest beginning that fits names signalling points.
use super::numbering::{Numbering, begins};
use crate::sccp::msg::{Address, GlobalTitle, ReturnCause, plan};
use wire::Digits;

/// Where messages go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Target {
    /// The signalling point.
    pub pc: u32,
    /// Its subsystem, where translation ends there: the message is routed on it from here on. None
    /// where that point translates further.
    pub ssn: Option<u8>,
}

/// A row of the table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// Only titles of this numbering plan; of any where there is none.
    pub plan: Option<u8>,
    /// Titles that begin so.
    pub prefix: Digits,
    /// Where to: the first that can be reached, or with `share` each in turn.
    pub to: Vec<Target>,
    /// Whether all that can be reached share the traffic, by signalling link selection.
    pub share: bool,
}

/// A node's table.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Translations {
    /// How IMSIs become mobile global titles.
    pub numbering: Numbering,
    /// The rows, in any order.
    pub rows: Vec<Row>,
}

impl Translations {
    /// Where a message to this address goes, and the address that it bears then.
    ///
    /// # Errors
    /// Why it cannot go anywhere (Q.714 2.4.5, Q.713 3.12).
    pub fn translate(
        &self,
        called: &Address,
        sls: u8,
        reachable: impl Fn(u32) -> bool,
    ) -> Result<(Target, Address), ReturnCause> {
        let title = &called.gt;
        if matches!(title, GlobalTitle::None) {
            // routed on a title that is not there, or on a subsystem of nobody
            return Err(ReturnCause::NoTranslationOfSuchNature);
        }
        let digits = title.number();
        let digits = digits.ok_or(ReturnCause::NoTranslationOfSuchNature)?;
        // where telephone numbers are known for the IMSI's network, they lead (E.214 6)
        let mobile = match title.plan() {
            Some(plan::E212) => self.numbering.title(&digits),
            _ => None,
        };
        let number = mobile.unwrap_or(digits);
        let of = match mobile {
            Some(_) => Some(plan::E214),
            None => title.plan(),
        };
        let fits = |r: &&Row| (r.plan.is_none() || r.plan == of) && begins(&number, &r.prefix);
        let row = self.rows.iter().filter(fits).max_by_key(|r| r.prefix.len());
        let row = row.ok_or(ReturnCause::NoTranslation)?;
        let there: Vec<Target> = row.to.iter().copied().filter(|t| reachable(t.pc)).collect();
        let nth = match row.share {
            true => usize::from(sls).checked_rem(there.len()).unwrap_or(0),
            false => 0,
        };
        let to = there.get(nth).copied().ok_or(ReturnCause::MtpFailure)?;
        let gt = mobile.and_then(|m| title.rewritten(plan::E214, &m));
        let address = Address {
            on_ssn: to.ssn.is_some(),
            ssn: to.ssn.or(called.ssn),
            gt: gt.unwrap_or_else(|| title.clone()),
            ..called.clone()
        };
        Ok((to, address))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn digits(text: &str) -> Digits {
        Digits::new(text).unwrap()
    }

    fn target(pc: u32) -> Target {
        Target { pc, ssn: Some(6) }
    }

    fn table() -> Translations {
        let row = |prefix: &str, to: &[u32], share| Row {
            plan: None,
            prefix: digits(prefix),
            to: to.iter().map(|pc| target(*pc)).collect(),
            share,
        };
        Translations {
            numbering: Numbering::default().with(digits("99901"), digits("777")),
            rows: vec![
                row("777", &[3], false),
                row("88", &[4, 5], true),
                row("888", &[6, 7], false),
            ],
        }
    }

    fn to(called: &Address, sls: u8, down: &[u32]) -> Result<u32, ReturnCause> {
        let found = table().translate(called, sls, |pc| !down.contains(&pc));
        found.map(|f| f.0.pc)
    }

    #[test]
    fn longest_prefix_shared_and_next_best() {
        let of = |text| Address::by_number(plan::E164, &digits(text), 6);
        assert_eq!(to(&of("8801"), 0, &[]), Ok(4));
        assert_eq!(to(&of("8801"), 1, &[]), Ok(5));
        assert_eq!(to(&of("8801"), 1, &[5]), Ok(4));
        assert_eq!(to(&of("8881"), 1, &[]), Ok(6));
        assert_eq!(to(&of("8881"), 1, &[6]), Ok(7));
        assert_eq!(to(&of("8881"), 0, &[6, 7]), Err(ReturnCause::MtpFailure));
        assert_eq!(to(&of("1"), 0, &[]), Err(ReturnCause::NoTranslation));
        let no_title = Address::at(9, 6);
        let nature = Err(ReturnCause::NoTranslationOfSuchNature);
        assert_eq!(to(&no_title, 0, &[]), nature);
    }

    #[test]
    fn an_imsi_becomes_a_mobile_global_title() {
        let imsi = Address::by_number(plan::E212, &digits("999010000000001"), 6);
        let (to, address) = table().translate(&imsi, 0, |_| true).unwrap();
        assert_eq!(to.pc, 3);
        assert!(address.on_ssn);
        assert_eq!(address.to_string(), "+7770000000001 (E.214) SSN 6");
    }
}
