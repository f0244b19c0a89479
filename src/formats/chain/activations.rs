//! The activations of a chain's layers, and the choice of its residual blocks.

use super::proposal::ChainProposal;
use super::{ActivationBasis, BlockChoice, residual};
use crate::network::Activation;

impl ChainProposal {
    /// The places of the residual blocks' only or second layers.
    fn block_ends(&self, layers: usize) -> Vec<usize> {
        match &self.blocks {
            BlockChoice::Residual(pattern) => {
                let blocks = residual::blocks(&self.entries, pattern);
                blocks.iter().filter(|block| block.count == layers).map(|block| block.last()).collect()
            }
            BlockChoice::Ask | BlockChoice::Plain => Vec::new(),
        }
    }

    /// The places of the second layers of residual blocks, behind which the blocks' own activation stands.
    fn outer_places(&self) -> Vec<usize> {
        self.block_ends(2)
    }

    /// The places of the layers that count as hidden: all but the last; of a residual block the first layer, even at the
    /// end.
    pub fn hidden_places(&self) -> Vec<usize> {
        let (outer, single) = (self.outer_places(), self.block_ends(1));
        let last = self.entries.len().saturating_sub(1);
        let is_hidden = |position: &usize| !outer.contains(position) && (*position < last || single.contains(position));
        (0..self.entries.len()).filter(is_hidden).collect()
    }

    /// Gives all hidden layers this activation, except those whose own the file tells.
    pub fn set_hidden(&mut self, activation: Activation) {
        for position in self.hidden_places() {
            let entry = &mut self.entries[position];
            if !entry.basis.is_certain() {
                entry.activation = activation;
                if matches!(entry.basis, ActivationBasis::Suggested(_)) {
                    entry.basis = ActivationBasis::Chosen;
                }
            }
        }
        // A normalisation at the very end stands behind an activation as well.
        if let Some(last) = self.entries.last_mut()
            && matches!(last.basis, ActivationBasis::Doubtful(_))
        {
            last.activation = activation;
        }
        self.activations_are_listed = false;
    }

    /// Gives each hidden layer its own activation, first to last.
    ///
    /// # Errors
    /// The number of hidden layers, if it is another.
    pub fn set_each(&mut self, activations: &[Activation]) -> Result<(), usize> {
        let positions = self.hidden_places();
        if positions.len() != activations.len() {
            return Err(positions.len());
        }
        for (position, activation) in positions.into_iter().zip(activations) {
            self.set_activation(position, *activation);
        }
        self.activations_are_listed = true;
        Ok(())
    }

    /// Gives one layer its activation, whatever the file tells.
    pub fn set_activation(&mut self, position: usize, activation: Activation) {
        if let Some(entry) = self.entries.get_mut(position) {
            entry.activation = activation;
            entry.basis = ActivationBasis::Chosen;
        }
    }

    /// The activation of all hidden layers for which the file tells none; `None` where they differ or there are none.
    pub fn hidden_activation(&self) -> Option<Activation> {
        let positions = self.hidden_places();
        let mut open =
            positions.iter().map(|position| &self.entries[*position]).filter(|entry| !entry.basis.is_certain());
        let first = open.next()?.activation;
        open.all(|entry| entry.activation == first).then_some(first)
    }

    /// Whether there is a hidden layer whose activation neither the file nor a suggestion of its modules tells.
    pub fn needs_activation(&self) -> bool {
        self.hidden_places().iter().any(|position| {
            let entry = &self.entries[*position];
            entry.slopes.is_none() && matches!(entry.basis, ActivationBasis::Chosen | ActivationBasis::Doubtful(_))
        })
    }

    /// Takes a repeated pattern for residual blocks or not; `activation` stands behind each block. `check` has to follow.
    pub fn set_blocks(&mut self, choice: BlockChoice, activation: Activation) {
        let (hidden, before) = (self.hidden_activation(), self.outer_places());
        // What was the inside of a block before is a hidden layer again.
        for &position in &before {
            if let (Some(entry), Some(hidden)) = (self.entries.get_mut(position), hidden)
                && !entry.basis.is_certain()
            {
                entry.activation = hidden;
            }
        }
        self.blocks = choice;
        self.block_activation = activation;
        for position in self.outer_places() {
            self.set_activation(position, activation);
        }
        let last = self.entries.len().saturating_sub(1);
        if before.contains(&last) && !self.outer_places().contains(&last) {
            self.set_activation(last, Activation::Identity);
        }
    }

    /// What a repeated pattern is taken for.
    pub fn blocks(&self) -> &BlockChoice {
        &self.blocks
    }

    /// The activation behind each residual block.
    pub fn block_activation(&self) -> Activation {
        self.block_activation
    }

    /// The order was chosen by hand, so that nothing is guessed of it.
    pub fn order_is_chosen(&mut self) {
        self.order_guess = None;
    }

    /// The axes were chosen by hand, so that nothing is guessed of them.
    pub fn axes_are_chosen(&mut self) {
        self.axes_guess = None;
    }
}
