//! References: what a command that goes on in another tree can do, and the spellings that it has there.

use std::collections::HashMap;
use std::sync::Arc;

use super::{Build, Link};
use crate::grammar::tree::{JumpKind, TreeId, VariantId};
use crate::grammar::{Leaf, Variant};
use crate::terms::Class;

/// For a tree the worst class below each of its nodes.
type Worst = HashMap<TreeId, Vec<Class>>;

impl Build<'_> {
    /// Gives every reference its spellings. Commands of a mode keep their own: whoever denies `reload` denies `do reload`.
    pub(super) fn refer(&mut self) {
        let mut worst = Worst::new();
        for number in 0..self.links.len() {
            let Some(link) = self.links.get(number) else { return };
            let (tree, at, is_mode) = (link.tree, link.at, link.is_mode);
            if !is_mode && self.links.iter().any(|other| other.tree == link.to) {
                let problem = crate::terms::Problem {
                    message: "what is referred to cannot refer any further".into(),
                    ..link.place.clone()
                };
                self.problems.push(problem);
                continue;
            }
            let kind = if is_mode { Some(JumpKind::Same) } else { self.own(number, &mut worst) };
            if let (Some(kind), Some(jump)) =
                (kind, self.trees.get_mut(tree).and_then(|tree| tree.jump_mut(at)))
            {
                jump.kind = kind;
            }
        }
    }

    fn own(&mut self, number: usize, worst: &mut Worst) -> Option<JumpKind> {
        let base = VariantId::try_from(self.variants.len()).ok()?;
        let link = self.links.get(number)?;
        if link.referral.beginnings {
            let (leaf, negated, to) = (link.leaf, link.negated, link.to);
            if !link.referral.same {
                self.variants.push(Variant { leaf, negated });
                return Some(JumpKind::AnyBeginning(base));
            }
            let mut leaves: HashMap<Class, usize> = HashMap::new();
            for class in worst.entry(to).or_insert_with(|| self.worst_below(to)).clone() {
                let leaf = self.with_class(&mut leaves, leaf, class)?;
                self.variants.push(Variant { leaf, negated });
            }
            return Some(JumpKind::Beginnings(base));
        }
        let ends = self.trees.get(link.to)?.ends().to_vec();
        let mut known: HashMap<usize, usize> = HashMap::new();
        for end in ends {
            let target = self.variants.get(usize::try_from(end).ok()?)?;
            let (target, target_negated) = (target.leaf, target.negated);
            let link = self.links.get(number)?;
            let negated = link.negated || target_negated;
            let leaf = match known.get(&target) {
                Some(leaf) => *leaf,
                None => {
                    let leaf = together(self.leaves.get(link.leaf)?, self.leaves.get(target)?, link);
                    self.leaves.push(leaf);
                    let id = self.leaves.len().saturating_sub(1);
                    known.insert(target, id);
                    id
                }
            };
            self.variants.push(Variant { leaf, negated });
        }
        Some(JumpKind::Own(base))
    }

    /// For every node of a tree the worst class that a command has which goes through it.
    fn worst_below(&self, tree: TreeId) -> Vec<Class> {
        let Some(tree) = self.trees.get(tree) else { return Vec::new() };
        let class = |at: usize| {
            let end = tree.end(at).and_then(|end| tree.ends().get(usize::try_from(end).ok()?));
            let variant = end.and_then(|end| self.variants.get(usize::try_from(*end).ok()?));
            variant.and_then(|variant| self.leaves.get(variant.leaf)).map(|leaf| leaf.class)
        };
        // Nodes are made behind those that lead to them, loops apart: a few rounds from the end settle all.
        let mut worst: Vec<Class> = (0..tree.len()).map(|at| class(at).unwrap_or(Class::Filter)).collect();
        loop {
            let mut settled = true;
            for at in (0..tree.len()).rev() {
                let Some(node) = tree.node(at) else { continue };
                let below =
                    node.keywords.iter().map(|(_, to)| *to).chain(node.values.iter().map(|(_, to)| *to));
                let most =
                    below.chain(node.twins.iter().copied()).filter_map(|to| worst.get(to)).max().copied();
                if let (Some(own), Some(most)) = (worst.get_mut(at), most)
                    && *own < most
                {
                    *own = most;
                    settled = false;
                }
            }
            if settled {
                return worst;
            }
        }
    }

    /// One leaf for each class that beginnings have.
    fn with_class(&mut self, known: &mut HashMap<Class, usize>, leaf: usize, class: Class) -> Option<usize> {
        if let Some(id) = known.get(&class) {
            return Some(*id);
        }
        let own = self.leaves.get(leaf)?;
        let why =
            if class == Class::Refuse { "it takes away, or changes, something that is refused" } else { "" };
        let fresh = Leaf {
            text: Arc::from(&*own.text),
            mode: own.mode.clone(),
            class,
            pipe: own.pipe.clone(),
            next: own.next.clone(),
            close: own.close,
            answers: own.answers.clone(),
            why: why.to_owned(),
            sends: None,
            renames: false,
            block: None,
            moves: own.moves,
        };
        self.leaves.push(fresh);
        let id = self.leaves.len().saturating_sub(1);
        known.insert(class, id);
        Some(id)
    }
}

/// One production that goes on as another.
fn together(head: &Leaf, target: &Leaf, link: &Link) -> Leaf {
    let start = head.text.split('@').next().unwrap_or_default().trim_end_matches(['[', ' ']);
    Leaf {
        text: format!("{start} {}", target.text).into(),
        mode: head.mode.clone(),
        class: if link.referral.same { target.class } else { head.class },
        pipe: target.pipe.clone().or_else(|| head.pipe.clone()),
        next: target.next.clone(),
        close: target.close,
        answers: head.answers.iter().chain(&target.answers).cloned().collect(),
        why: target.why.clone(),
        sends: None,
        renames: target.renames,
        block: target.block.clone(),
        moves: head.moves,
    }
}
