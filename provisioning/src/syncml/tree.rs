//! Elements with children: what WBXML and XML both are.
use super::Tag;

/// What stands in an element.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Node {
    /// An element.
    Element(Element),
    /// Text.
    Text(String),
    /// Octets (opaque data of WBXML; base64 in XML where they are no text).
    Opaque(Vec<u8>),
}

/// An element.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Element {
    /// Which.
    pub tag: Tag,
    /// What stands in it, in order.
    pub children: Vec<Node>,
}

impl Element {
    /// One without contents.
    pub fn new(tag: Tag) -> Self {
        Self {
            tag,
            children: Vec::new(),
        }
    }

    /// One with text; without contents where the text is empty.
    pub fn text(tag: Tag, text: impl Into<String>) -> Self {
        let text = text.into();
        let mut e = Self::new(tag);
        if !text.is_empty() {
            e.children.push(Node::Text(text));
        }
        e
    }

    /// With one more element inside.
    #[must_use]
    pub fn with(mut self, child: Self) -> Self {
        self.children.push(Node::Element(child));
        self
    }

    /// The elements inside.
    pub fn elements(&self) -> impl Iterator<Item = &Self> {
        self.children.iter().filter_map(|n| match n {
            Node::Element(e) => Some(e),
            _ => None,
        })
    }

    /// The first element `tag` inside.
    pub fn find(&self, tag: Tag) -> Option<&Self> {
        self.elements().find(|e| e.tag == tag)
    }

    /// Its text: all text and opaque children that are UTF-8, one behind the other.
    pub fn contents(&self) -> String {
        self.children
            .iter()
            .map(|n| match n {
                Node::Text(t) => t.clone(),
                Node::Opaque(o) => String::from_utf8(o.clone()).unwrap_or_default(),
                Node::Element(_) => String::new(),
            })
            .collect()
    }

    /// Text of the first element `tag` inside.
    pub fn text_of(&self, tag: Tag) -> Option<String> {
        self.find(tag).map(Self::contents)
    }
}
