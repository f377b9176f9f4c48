//! The compiled form of a mode, a shared tree or a pipe tree: a graph of steps.
//!
//! Optional parts and alternatives are paths of their own; a repetition is a loop. Each end of a path is one spelling
//! of its production: the smallest thing that a rule can tell apart.

use std::sync::Arc;

use super::token::TokenType;

/// Index of a node in its tree.
pub(super) type NodeId = usize;

/// Index of a tree in its grammar.
pub(super) type TreeId = usize;

/// One spelling of a production. Ids are unique in a grammar.
pub(super) type VariantId = u32;

/// One step of a command.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Step {
    Keyword(Arc<str>),
    Value(TokenType),
}

#[derive(Debug, Default)]
pub(super) struct Node {
    pub(super) keywords: Vec<(Arc<str>, NodeId)>,
    /// In the order of preference, once the tree is sealed.
    pub(super) values: Vec<(TokenType, NodeId)>,
    /// Nodes whose edges and end are this node's too: the heads of repetitions and what follows them.
    pub(super) twins: Vec<NodeId>,
    /// The spelling that ends here, counted within the tree.
    pub(super) end: Option<u32>,
    pub(super) jump: Option<Jump>,
}

impl Node {
    /// Whether a reference can be told from what follows here otherwise: nothing but a number.
    pub(super) fn leaves_room(&self) -> bool {
        let is_number = |(kind, _): &(TokenType, NodeId)| matches!(kind, TokenType::Range(..));
        self.keywords.is_empty() && self.values.iter().all(is_number)
    }
}

/// Where a command goes on as one of another tree.
#[derive(Clone, Debug)]
pub(super) struct Jump {
    pub(super) to: TreeId,
    pub(super) kind: JumpKind,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum JumpKind {
    /// The very commands of a mode: what is said of them holds here too.
    Same,
    /// Commands of their own; their spellings are counted from here.
    Own(VariantId),
    /// The same for every node of the tree: each is a whole command.
    Beginnings(VariantId),
    /// Every node of the tree is a whole command, and all of them are one spelling: nothing tells them apart.
    AnyBeginning(VariantId),
    /// From the start of this mode, in no context.
    Top,
    /// From the start of this mode, as many levels up as the last value says, or one.
    Up,
}

impl JumpKind {
    /// Whether the line begins again behind it, in another context.
    pub(super) fn restarts(self) -> bool {
        matches!(self, JumpKind::Top | JumpKind::Up)
    }
}

/// Most nodes have one edge: the first takes no more room than it needs.
fn push<T>(edges: &mut Vec<T>, edge: T) {
    if edges.is_empty() {
        edges.reserve_exact(1);
    }
    edges.push(edge);
}

/// A graph of steps, from its first node on.
#[derive(Debug)]
pub(super) struct Tree {
    nodes: Vec<Node>,
    /// The spellings that end in it.
    ends: Vec<VariantId>,
}

impl Tree {
    pub(super) fn new() -> Self {
        Self { nodes: vec![Node::default()], ends: Vec::new() }
    }

    pub(super) fn node(&self, at: NodeId) -> Option<&Node> {
        self.nodes.get(at)
    }

    pub(super) fn len(&self) -> usize {
        self.nodes.len()
    }

    /// A node and its twins.
    pub(super) fn views(&self, at: NodeId) -> impl Iterator<Item = (NodeId, &Node)> {
        let twins = self.nodes.get(at).map(|node| node.twins.as_slice()).unwrap_or_default();
        std::iter::once(at).chain(twins.iter().copied()).filter_map(|id| Some((id, self.nodes.get(id)?)))
    }

    /// The spelling that ends at a node, counted within the tree.
    pub(super) fn end(&self, at: NodeId) -> Option<u32> {
        self.views(at).find_map(|(_, node)| node.end)
    }

    pub(super) fn jump(&self, at: NodeId) -> Option<&Jump> {
        self.nodes.get(at)?.jump.as_ref()
    }

    /// Every spelling in it, in the order of their places within the tree.
    pub(super) fn ends(&self) -> &[VariantId] {
        &self.ends
    }

    pub(super) fn fresh(&mut self) -> NodeId {
        self.nodes.push(Node::default());
        self.nodes.len().saturating_sub(1)
    }

    pub(super) fn twin(&mut self, at: NodeId, twin: NodeId) {
        if let Some(node) = self.nodes.get_mut(at) {
            node.twins.push(twin);
        }
    }

    /// The node behind one step, made if there is none.
    pub(super) fn step(&mut self, from: NodeId, step: &Step) -> NodeId {
        let known = self.nodes.get(from).and_then(|node| match step {
            Step::Keyword(word) => node.keywords.iter().find(|(own, _)| own == word).map(|(_, to)| *to),
            Step::Value(kind) => node.values.iter().find(|(own, _)| own == kind).map(|(_, to)| *to),
        });
        known.unwrap_or_else(|| {
            let to = self.fresh();
            if let Some(node) = self.nodes.get_mut(from) {
                match step {
                    Step::Keyword(word) => push(&mut node.keywords, (word.clone(), to)),
                    Step::Value(kind) => push(&mut node.values, (*kind, to)),
                }
            }
            to
        })
    }

    /// Ends a spelling at a node.
    ///
    /// # Errors
    /// The spelling that ends there already.
    pub(super) fn finish(&mut self, at: NodeId, variant: VariantId) -> Result<(), VariantId> {
        let (Some(node), Ok(place)) = (self.nodes.get_mut(at), u32::try_from(self.ends.len())) else {
            return Err(variant);
        };
        if let Some(taken) = node.end.and_then(|taken| self.ends.get(usize::try_from(taken).ok()?)) {
            return Err(*taken);
        }
        node.end = Some(place);
        self.ends.push(variant);
        Ok(())
    }

    /// Lets commands go on elsewhere. False when something else follows there.
    pub(super) fn refer(&mut self, at: NodeId, jump: Jump) -> bool {
        match self.nodes.get_mut(at) {
            Some(node) if node.jump.is_none() && node.leaves_room() => {
                node.jump = Some(jump);
                true
            }
            _ => false,
        }
    }

    pub(super) fn jump_mut(&mut self, at: NodeId) -> Option<&mut Jump> {
        self.nodes.get_mut(at)?.jump.as_mut()
    }

    /// Puts values in the order of preference and twins of twins in one list.
    pub(super) fn seal(&mut self) {
        for at in 0..self.nodes.len() {
            let bare = self.nodes.get(at).is_none_or(|node| node.twins.is_empty());
            let twins = if bare { Vec::new() } else { self.closure(at) };
            let Some(node) = self.nodes.get_mut(at) else { continue };
            node.twins = twins;
            if node.values.len() > 1 {
                node.values.sort_by_key(|(kind, _)| *kind);
            }
        }
    }

    fn closure(&self, at: NodeId) -> Vec<NodeId> {
        let mut found: Vec<NodeId> = Vec::new();
        let mut open: Vec<NodeId> = self.nodes.get(at).map(|node| node.twins.clone()).unwrap_or_default();
        while let Some(next) = open.pop() {
            if next != at && !found.contains(&next) {
                found.push(next);
                open.extend(self.nodes.get(next).into_iter().flat_map(|node| node.twins.iter().copied()));
            }
        }
        found
    }

    /// Every node that can be reached from this one, itself included.
    pub(super) fn below(&self, from: NodeId) -> Vec<NodeId> {
        let mut seen = vec![false; self.nodes.len()];
        let mut open = vec![from];
        let mut found = Vec::new();
        while let Some(at) = open.pop() {
            match seen.get_mut(at) {
                Some(known) if !*known => *known = true,
                _ => continue,
            }
            found.push(at);
            let Some(node) = self.nodes.get(at) else { continue };
            open.extend(node.keywords.iter().map(|(_, to)| *to));
            open.extend(node.values.iter().map(|(_, to)| *to));
            open.extend(&node.twins);
        }
        found
    }
}
