//! Sets of rules as bits: whole words are compared instead of rule after rule.

/// Bits in a word.
const WORD: usize = 64;

/// Words that are worked on at once: 4,096 rules. A block lives on the stack, so that a decision allocates nothing.
const BLOCK: usize = 64;

/// A set of rule numbers.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub(super) struct Bits(Vec<u64>);

impl Bits {
    /// None of `rules`.
    pub(super) fn none(rules: usize) -> Self {
        Self(vec![0; rules.div_ceil(WORD)])
    }

    /// The numbers below `rules` that `holds` names.
    pub(super) fn of(rules: usize, holds: impl Fn(usize) -> bool) -> Self {
        let mut bits = Self::none(rules);
        (0..rules).filter(|rule| holds(*rule)).for_each(|rule| bits.insert(rule));
        bits
    }

    /// Adds a number that is below the size it was made with.
    pub(super) fn insert(&mut self, rule: usize) {
        if let Some(word) = self.0.get_mut(rule / WORD) {
            *word |= 1 << (rule % WORD);
        }
    }

    /// Number of blocks.
    pub(super) fn blocks(&self) -> usize {
        self.0.len().div_ceil(BLOCK)
    }

    fn words(&self, block: usize) -> &[u64] {
        let start = block.saturating_mul(BLOCK);
        let end = start.saturating_add(BLOCK).min(self.0.len());
        self.0.get(start..end).unwrap_or_default()
    }
}

/// One block of a set that is being worked out. The sets that it is worked out from are of one size.
#[derive(Clone, Copy, Debug)]
pub(super) struct Block {
    words: [u64; BLOCK],
    /// How many of them belong to the set.
    used: usize,
    number: usize,
}

impl Block {
    /// Block `number` of `bits`.
    pub(super) fn of(bits: &Bits, number: usize) -> Self {
        let used = bits.words(number).len();
        let mut block = Self { words: [0; BLOCK], used, number };
        block.add(bits);
        block
    }

    fn own(&mut self) -> &mut [u64] {
        self.words.get_mut(..self.used).unwrap_or_default()
    }

    /// Keeps what is in `bits` too.
    pub(super) fn keep(&mut self, bits: &Bits) {
        let words = bits.words(self.number);
        self.own().iter_mut().zip(words).for_each(|(own, other)| *own &= other);
        // INVARIANT: all sets of an index are of one size. Were one shorter, it would have nothing there.
        self.own().iter_mut().skip(words.len()).for_each(|own| *own = 0);
    }

    /// Adds what is in `bits`.
    pub(super) fn add(&mut self, bits: &Bits) {
        let words = bits.words(self.number);
        self.own().iter_mut().zip(words).for_each(|(own, other)| *own |= other);
    }

    /// Keeps what is in `other`, the same block of a set of the same size, too.
    pub(super) fn keep_block(&mut self, other: &Block) {
        self.own().iter_mut().zip(&other.words).for_each(|(own, other)| *own &= other);
    }

    /// Whether nothing is left.
    pub(super) fn is_empty(&self) -> bool {
        self.words.iter().take(self.used).all(|word| *word == 0)
    }

    /// The lowest number that is in `bits` too.
    pub(super) fn first_in(&self, bits: &Bits) -> Option<usize> {
        let both = self.words.iter().zip(bits.words(self.number)).map(|(own, other)| own & other);
        both.enumerate()
            .find(|(_, word)| *word != 0)
            .and_then(|(index, word)| self.numbers_of(index, word).next())
    }

    /// The numbers in it, rising.
    pub(super) fn numbers(&self) -> impl Iterator<Item = usize> {
        let words = self.words.iter().take(self.used).enumerate();
        words.filter(|(_, word)| **word != 0).flat_map(|(index, word)| self.numbers_of(index, *word))
    }

    fn numbers_of(&self, index: usize, word: u64) -> impl Iterator<Item = usize> + use<> {
        let start = self.number.saturating_mul(BLOCK).saturating_add(index).saturating_mul(WORD);
        (0..WORD).filter(move |bit| word >> bit & 1 == 1).map(move |bit| start.saturating_add(bit))
    }
}
