//! The table of all results that are computed in the background. A new one needs its own file and a line here.

use super::slot::Slot;
use super::{
    AblationReport, BlockDetail, Derivation, ErrorSlices, Field, Findings, Grabbed, GradientArrows, Gradients,
    LayerDetail, LayerMeasures, LayerOverview, Neighbours, NetworkComparison, PerturbedPoint, RefinementStudy,
    SeparationProfile,
};
use crate::session::Refined;

/// A result that has its slot in the store.
pub trait Stored: Derivation {
    /// Which result it is.
    const KIND: DerivedKind;

    /// Its slot.
    fn slot(results: &DerivedResults) -> &Slot<Self>;

    /// Its slot, to change it.
    fn slot_mut(results: &mut DerivedResults) -> &mut Slot<Self>;
}

/// What is done with slots, whatever their results are.
pub(super) trait SlotVisitor {
    /// Does it with one of them.
    fn visit<D: Stored>(&mut self, slot: &mut Slot<D>);
}

macro_rules! derived_results {
    ($($(#[$doc:meta])* $result:ident in $slot:ident;)*) => {
        /// The kinds of results; of each the latest request wins.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum DerivedKind {
            $($(#[$doc])* $result,)*
        }

        /// The results of the open scene.
        #[derive(Debug, Default)]
        pub struct DerivedResults {
            $($slot: Slot<$result>,)*
        }

        $(impl Stored for $result {
            const KIND: DerivedKind = DerivedKind::$result;

            fn slot(results: &DerivedResults) -> &Slot<$result> {
                &results.$slot
            }

            fn slot_mut(results: &mut DerivedResults) -> &mut Slot<$result> {
                &mut results.$slot
            }
        })*

        impl DerivedKind {
            /// What is being done, as the start of a sentence.
            pub fn label(self) -> &'static str {
                match self {
                    $(DerivedKind::$result => <$result as Derivation>::LABEL,)*
                }
            }
        }

        impl DerivedResults {
            /// What is under way of this kind is not waited for any more, and not asked for again.
            pub fn give_up(&mut self, kind: DerivedKind) {
                match kind {
                    $(DerivedKind::$result => self.$slot.give_up(),)*
                }
            }

            /// Visits all slots, in the order of the table.
            pub(super) fn visit_all(&mut self, visitor: &mut impl SlotVisitor) {
                $(visitor.visit(&mut self.$slot);)*
            }

            /// Visits the slot of one kind.
            pub(super) fn visit(&mut self, kind: DerivedKind, visitor: &mut impl SlotVisitor) {
                match kind {
                    $(DerivedKind::$result => visitor.visit(&mut self.$slot),)*
                }
            }

            /// A scene like the one before takes its place. Answers whose work has to be cancelled.
            pub fn mark_stale(&mut self) -> Vec<DerivedKind> {
                let mut ended = Vec::new();
                $(if self.$slot.mark_stale() { ended.push(DerivedKind::$result); })*
                ended
            }

            /// A scene of the same network with other phases takes its place. Answers whose work has to be cancelled.
            pub fn mark_changed(&mut self) -> Vec<DerivedKind> {
                let mut ended = Vec::new();
                $(if self.$slot.mark_changed() { ended.push(DerivedKind::$result); })*
                ended
            }

            /// Another scene takes the place of the one before. Answers whose work has to be cancelled.
            pub fn clear(&mut self) -> Vec<DerivedKind> {
                let mut ended = Vec::new();
                $(if self.$slot.clear() { ended.push(DerivedKind::$result); })*
                ended
            }
        }
    };
}

derived_results! {
    /// The data's path through the ResNet.
    Refined in refined;
    /// u and the velocity on a plane.
    Field in field;
    /// How the ResNet's error falls with N.
    RefinementStudy in study;
    /// The weights of one block.
    BlockDetail in block_detail;
    /// The neighbours of the point under the mouse.
    Neighbours in neighbours;
    /// How far apart the selected points are.
    SeparationProfile in separation;
    /// What the layer panel shows.
    LayerDetail in layer_detail;
    /// What the panel of all layers shows.
    LayerOverview in overview;
    /// What is wrong with the network.
    Findings in findings;
    /// The gradient of the loss along t.
    Gradients in gradients;
    /// The measures of the layers.
    LayerMeasures in measures;
    /// Where the network is wrong.
    ErrorSlices in errors;
    /// What taking parts out does.
    AblationReport in ablation;
    /// A point that is moved a little.
    PerturbedPoint in perturbed;
    /// A point that was taken in mid-flow.
    Grabbed in grabbed;
    /// The gradients of single points.
    GradientArrows in gradient_arrows;
    /// The network compared with another one.
    NetworkComparison in comparison;
}
