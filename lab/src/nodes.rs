//! All nodes as one type: what the virtual network and the driver run.
use engine::{FastPath, Input, Node, Now, Outputs, PortSpec, Time};
use std::convert::Infallible;

/// How a node's questions and answers fit those of the store that all share.
trait Stored: Sized {
    /// The question as the store takes it.
    fn ask(self) -> hlr_auc::Ask;
}

impl Stored for Infallible {
    fn ask(self) -> hlr_auc::Ask {
        match self {}
    }
}

impl Stored for hlr_auc::Ask {
    fn ask(self) -> hlr_auc::Ask {
        self
    }
}

/// An answer as a node takes it; `None` for a node that asks nothing.
trait Answered: Sized {
    fn from_store(a: hlr_auc::Answer) -> Option<Self>;
}

impl Answered for Infallible {
    fn from_store(_: hlr_auc::Answer) -> Option<Self> {
        None
    }
}

impl Answered for hlr_auc::Answer {
    fn from_store(a: hlr_auc::Answer) -> Option<Self> {
        Some(a)
    }
}

/// Gives a node its input; what is not for it goes nowhere.
fn give<N: Node<Ask: Stored, Answer: Answered>>(
    node: &mut N,
    now: Now,
    input: Input<hlr_auc::Answer, AnyCommand>,
    command: impl FnOnce(AnyCommand) -> Option<N::Command>,
    out: &mut Outputs<hlr_auc::Ask>,
) {
    let Some(input) = input.narrow(N::Answer::from_store, command) else {
        return;
    };
    out.scope(Stored::ask, |out| node.handle(now, input, out));
}

macro_rules! nodes {
    ($($name:ident($node:ty), $text:literal;)*) => {
        /// Any node.
        pub enum AnyNode {
            $(#[doc = $text] $name(Box<$node>),)*
        }

        /// Any command.
        pub enum AnyCommand {
            $(#[doc = $text] $name(<$node as Node>::Command),)*
        }

        $(impl From<$node> for AnyNode {
            fn from(n: $node) -> Self {
                Self::$name(Box::new(n))
            }
        })*

        impl Node for AnyNode {
            type Ask = hlr_auc::Ask;
            type Answer = hlr_auc::Answer;
            type Command = AnyCommand;

            fn ports(&self) -> &[PortSpec] {
                match self {
                    $(Self::$name(n) => n.ports(),)*
                }
            }

            fn handle(
                &mut self,
                now: Now,
                input: Input<hlr_auc::Answer, AnyCommand>,
                out: &mut Outputs<hlr_auc::Ask>,
            ) {
                match self {
                    $(Self::$name(n) => {
                        let mine = |c| match c {
                            AnyCommand::$name(c) => Some(c),
                            #[allow(unreachable_patterns)]
                            _ => None,
                        };
                        give(n.as_mut(), now, input, mine, out);
                    })*
                }
            }

            fn recall(&mut self, key: &str, octets: &[u8]) -> Result<(), String> {
                match self {
                    $(Self::$name(n) => n.recall(key, octets),)*
                }
            }

            fn due(&self) -> Option<Time> {
                match self {
                    $(Self::$name(n) => n.due(),)*
                }
            }

            fn fast_path(&mut self) -> Option<&mut dyn FastPath> {
                match self {
                    $(Self::$name(n) => n.fast_path(),)*
                }
            }
        }
    };
}

nodes! {
    M2me(m2me_ue::M2me), "A machine.";
    Sgsn(sgsn_ggsn::sgsn::Sgsn), "A serving node.";
    Ggsn(sgsn_ggsn::ggsn::Ggsn), "A gateway.";
    Icf(operators::icf::Icf), "An initial connectivity function.";
    Drf(operators::drf::Drf), "A discovery and registration function.";
    Dpf(operators::dpf::Dpf), "A download and provisioning function.";
    Home(operators::home::Home), "A home network's HLR.";
    Sho(operators::sho::Sho), "A selected home operator.";
    Pva(operators::pva::Pva), "A platform validation authority.";
    Dra(interconnect::dra::Dra), "A Diameter agent.";
    GsupProxy(interconnect::gsup_proxy::GsupProxy), "A proxy of GSUP.";
    N3g(operators::n3g::Gateway), "An access gateway without 3GPP radio.";
    Aaa(operators::n3g::aaa::Aaa), "Its AAA server.";
    Stp(interconnect::stp::Stp), "A transfer point of SS7 signalling.";
    Ccif(operators::ccif::Ccif), "A credential issuer and equipment supplier.";
    Rogue(crate::rogue::Rogue), "Somebody who has no part in the procedure.";
}
