//! Mobile global titles: country code and national destination code stand for MCC and MNC, the rest
//! of the IMSI follows (E.214). So the network of an IMSI is found by telephone numbering.
use crate::sccp::msg::{Address, plan};
use wire::{Digits, Imsi};

/// Which beginning of telephone numbers stands for which beginning of IMSIs.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Numbering {
    /// IMSI's beginning, number's beginning.
    rows: Vec<(Digits, Digits)>,
}

/// The most digits of a telephone number (E.164 6.2).
const MOST: usize = 15;

impl Numbering {
    /// Numbers that begin with `number` stand for IMSIs that begin with `imsi`.
    #[must_use]
    pub fn with(mut self, imsi: Digits, number: Digits) -> Self {
        self.rows.push((imsi, number));
        self
    }

    /// True without rows.
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// The mobile global title of a string of E.212 digits: of the longest row that fits. What is
    /// beyond fifteen digits is left away (E.214 5).
    pub fn title(&self, e212: &Digits) -> Option<Digits> {
        let (imsi, number) = self.row(e212)?;
        let rest = e212.iter().skip(imsi.len());
        number
            .iter()
            .chain(rest)
            .take(MOST)
            .try_fold(Digits::default(), Digits::push)
    }

    /// Whether a telephone number is of the network of an IMSI; `None` where that network's numbers
    /// are not known.
    pub fn is_of(&self, number: &Digits, imsi: &Imsi) -> Option<bool> {
        let (_, prefix) = self.row(imsi.digits())?;
        Some(begins(number, prefix))
    }

    /// The longest row that fits.
    fn row(&self, e212: &Digits) -> Option<&(Digits, Digits)> {
        let fits = |row: &&(Digits, Digits)| begins(e212, &row.0);
        self.rows.iter().filter(fits).max_by_key(|r| r.0.len())
    }

    /// Whom an SGSN asks about a subscriber of whom it knows no more than the IMSI: by the title
    /// where the numbering is known, else by the IMSI itself.
    pub fn home_of(&self, imsi: &Imsi, ssn: u8) -> Address {
        match self.title(imsi.digits()) {
            Some(title) => Address::by_number(plan::E214, &title, ssn),
            None => Address::by_number(plan::E212, imsi.digits(), ssn),
        }
    }
}

/// Whether digits begin with others.
pub(super) fn begins(digits: &Digits, with: &Digits) -> bool {
    digits.len() >= with.len() && digits.iter().zip(with.iter()).all(|(a, b)| a == b)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn digits(text: &str) -> Digits {
        Digits::new(text).unwrap()
    }

    #[test]
    fn the_network_is_replaced_and_the_subscriber_stays() {
        let n = Numbering::default()
            .with(digits("99901"), digits("888"))
            .with(digits("999"), digits("999"));
        assert_eq!(
            n.title(&digits("999010000000001")),
            Some(digits("8880000000001"))
        );
        assert_eq!(
            n.title(&digits("999020000000001")),
            Some(digits("999020000000001"))
        );
        assert_eq!(n.title(&digits("001010000000001")), None);
        let long = Numbering::default().with(digits("99901"), digits("8888888"));
        let title = long.title(&digits("999010000000001")).unwrap();
        assert_eq!(title.to_string(), "888888800000000");
    }

    #[test]
    fn whose_a_number_is() {
        let n = Numbering::default().with(digits("99901"), digits("888"));
        let imsi = "999010000000001".parse().unwrap();
        assert_eq!(n.is_of(&digits("88815550001"), &imsi), Some(true));
        assert_eq!(n.is_of(&digits("99915550001"), &imsi), Some(false));
        let other = "001010000000001".parse().unwrap();
        assert_eq!(n.is_of(&digits("88815550001"), &other), None);
    }

    #[test]
    fn whom_to_ask() {
        let imsi = "999010000000001".parse().unwrap();
        let n = Numbering::default().with(digits("99901"), digits("888"));
        assert_eq!(
            n.home_of(&imsi, 6).to_string(),
            "+8880000000001 (E.214) SSN 6"
        );
        let none = Numbering::default().home_of(&imsi, 6);
        assert_eq!(none.to_string(), "+999010000000001 (E.212) SSN 6");
    }
}
