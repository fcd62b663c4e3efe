//! Measured boot (R59): each component is hashed before it would run, and the hash extended into
//! a register that only a start clears. What is wrong with a platform shows here.
use bytes::Bytes;
use provisioning::{
    key::Key,
    measurement::{Component, register},
    text::Sha256,
};

/// A component of the platform's software.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Image {
    /// Its name: `boot`, `os`, `app`.
    pub component: String,
    /// Its version, numbers with dots.
    pub version: String,
    /// Its code.
    pub code: Bytes,
}

impl Image {
    /// From its parts.
    pub fn new(component: &str, version: &str, code: impl Into<Bytes>) -> Self {
        Self {
            component: component.to_owned(),
            version: version.to_owned(),
            code: code.into(),
        }
    }

    /// What a start measures of it.
    pub fn measure(&self) -> Component {
        Component {
            component: self.component.clone(),
            version: self.version.clone(),
            sha256: Sha256::of(&self.code),
        }
    }
}

/// Reference values: what a sound device with this software measures.
pub fn reference(images: &[Image]) -> Vec<Component> {
    images.iter().map(Image::measure).collect()
}

/// What is wrong with a platform, for scenarios.
#[derive(Debug, Clone)]
pub enum Fault {
    /// The component's code was changed.
    Changed(String),
    /// The component was replaced by an older version.
    Old {
        /// Which.
        component: String,
        /// By which version.
        version: String,
    },
    /// The component is not there.
    Missing(String),
    /// Something else runs besides.
    Extra(Image),
    /// Somebody edited the log after the start: it does not give the register.
    LogEdited(String),
    /// The start counter was set back.
    CounterBack,
    /// Reports carry the first nonce that was ever asked for.
    Replay,
    /// The TRE works with another key than the one that its credential certifies.
    OtherKey(Key),
    /// Nothing can be written: every installation fails after its checks.
    InstallFails,
    /// Whoever asks puts what is installed out of use, or deletes it (T13).
    Unguarded,
}

/// What a start left.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Boot {
    /// What was measured, in order.
    pub log: Vec<Component>,
    /// What the log was extended into while it was written.
    pub register: Sha256,
}

impl Boot {
    /// Starts `images` as far as `faults` leave them.
    pub fn measured(images: &[Image], faults: &[Fault]) -> Self {
        let mut images = images.to_vec();
        for fault in faults {
            match fault {
                Fault::Changed(name) => change(&mut images, name),
                Fault::Old { component, version } => {
                    let old = |i: &&mut Image| i.component == *component;
                    for i in images.iter_mut().filter(old) {
                        i.version.clone_from(version);
                        i.code = Bytes::from([&i.code[..], version.as_bytes()].concat());
                    }
                }
                Fault::Missing(name) => images.retain(|i| i.component != *name),
                Fault::Extra(image) => images.push(image.clone()),
                _ => {}
            }
        }
        let mut log: Vec<Component> = reference(&images);
        let register = register(&log);
        for fault in faults {
            if let Fault::LogEdited(name) = fault {
                for c in log.iter_mut().filter(|c| c.component == *name) {
                    c.sha256 = Sha256::of(b"what should have run");
                }
            }
        }
        Self { log, register }
    }
}

/// Changes the code of a component.
pub(super) fn change(images: &mut [Image], name: &str) {
    for i in images.iter_mut().filter(|i| i.component == name) {
        i.code = Bytes::from([&i.code[..], b" and something else"].concat());
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use provisioning::measurement::Report;

    fn images() -> Vec<Image> {
        vec![
            Image::new("boot", "1.0", &b"boot code"[..]),
            Image::new("os", "2.1", &b"kernel"[..]),
            Image::new("app", "3.0", &b"meter"[..]),
        ]
    }

    fn failing(fault: Fault) -> Vec<String> {
        let boot = Boot::measured(&images(), &[fault]);
        let report = Report::new(("tre", "m2me"), "1.0", &[1; 32], 0, 1, boot.log);
        let failing = report.compare(&reference(&images()), 0);
        failing
            .iter()
            .map(|f| format!("{} {}", f.component, f.reason))
            .collect()
    }

    #[test]
    fn a_sound_platform_measures_its_reference() {
        let boot = Boot::measured(&images(), &[]);
        assert_eq!(boot.log, reference(&images()));
        assert_eq!(boot.register, register(&boot.log));
    }

    #[test]
    fn every_fault_shows_in_the_log() {
        let old = Fault::Old {
            component: "os".into(),
            version: "1.9".into(),
        };
        assert_eq!(failing(Fault::Changed("boot".into())), ["boot measurement"]);
        assert_eq!(failing(old), ["os rollback"]);
        assert_eq!(failing(Fault::Missing("app".into())), ["app missing"]);
        let extra = Image::new("implant", "1.0", &b"x"[..]);
        assert_eq!(failing(Fault::Extra(extra)), ["implant extra"]);
        let edited = Boot::measured(&images(), &[Fault::LogEdited("os".into())]);
        assert_ne!(edited.register, register(&edited.log));
    }
}
