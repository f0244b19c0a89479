//! What each point looks like, whatever its place.

use std::sync::{Arc, OnceLock};

use egui::Color32;

use super::stamps::{PointStyle, SHAPES};
use crate::explorer::theme::{DATA_COLOURS, Palette};
use crate::session::{ColorMap, ColorValues, Colouring, PointSettings, Scene, Selection, counted};

/// A selection of more points than this makes the others fainter; the few of a smaller one are ringed only.
const FEW_SELECTED: usize = 2;
/// How much of their colour the points beside a selection keep, and those that are right beside the wrong ones.
const FAINTER: f32 = 0.3;

/// Where a point stands among the others.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DrawOrder {
    /// Not drawn.
    Hidden,
    /// Drawn.
    Usual,
    /// Drawn over the usual ones.
    Front,
}

/// The looks of all points, and what they follow from.
#[derive(Clone, Debug)]
pub struct PointStyles {
    /// The colour of each sample.
    pub colours: Vec<Color32>,
    /// The tile of each sample in the texture.
    pub shapes: Vec<u8>,
    /// Where each sample stands.
    pub draw_order: Vec<DrawOrder>,
    /// What the colours stand for.
    pub painting: ColorMap,
    /// The names of the groups that are not drawn.
    pub hidden: Vec<String>,
    table: OnceLock<Arc<Vec<[u32; 2]>>>,
    settings: PointSettings,
    dark: bool,
}

impl PointStyles {
    /// The looks of the points of `scene`.
    pub fn new(scene: &Scene, settings: &PointSettings, dark: bool) -> PointStyles {
        let samples = scene.dataset.samples();
        let painting = settings.colouring.painting(scene);
        let mut styles = PointStyles::painted(painting, samples, settings.colouring, dark);
        styles.settings = settings.clone();
        styles.hide(scene);
        styles.bring_forward(&settings.selection);
        styles
    }

    /// Whether these are the looks of the same points under these settings.
    pub fn fit(&self, settings: &PointSettings, dark: bool) -> bool {
        let before = &self.settings;
        before.colouring == settings.colouring
            && before.filter == settings.filter
            && before.selection.is(&settings.selection)
            && self.dark == dark
    }

    /// The colour of a sample's trail: transparent for one that is not drawn.
    pub fn trail_colour(&self, sample: usize) -> Color32 {
        let hidden = self.draw_order.get(sample).is_none_or(|draw_order| *draw_order == DrawOrder::Hidden);
        self.colours.get(sample).copied().filter(|_| !hidden).unwrap_or(Color32::TRANSPARENT)
    }

    /// The colour (its four bytes, red lowest) and the shape of every sample, in words as a graphics card reads them; the
    /// same `Arc` as long as these are the looks.
    pub fn table(&self) -> Arc<Vec<[u32; 2]>> {
        let word = |(colour, shape): (&Color32, &u8)| [u32::from_le_bytes(colour.to_array()), u32::from(*shape)];
        let table = || Arc::new(self.colours.iter().zip(&self.shapes).map(word).collect());
        Arc::clone(self.table.get_or_init(table))
    }

    fn painted(painting: ColorMap, samples: usize, colouring: Colouring, dark: bool) -> PointStyles {
        let palette = Palette::for_dark(dark);
        let mut draw_order = vec![DrawOrder::Usual; samples];
        let styles: Vec<PointStyle> = match &painting.shades {
            ColorValues::Same => vec![(palette.unlabelled, 0); samples],
            ColorValues::Groups { of_sample, .. } => {
                if colouring == Colouring::Mistakes {
                    for (draw_order, group) in draw_order.iter_mut().zip(of_sample) {
                        *draw_order = if *group == 0 { DrawOrder::Usual } else { DrawOrder::Front };
                    }
                }
                of_sample.iter().map(|group| group_look(colouring, *group, palette)).collect()
            }
            ColorValues::Numbers { of_sample, range } => {
                of_sample.iter().map(|value| (number_colour(colouring, *value, *range, palette), 0)).collect()
            }
        };
        PointStyles {
            colours: styles.iter().map(|style| style.0).collect(),
            shapes: styles.iter().map(|style| style.1).collect(),
            draw_order,
            painting,
            hidden: Vec::new(),
            table: OnceLock::new(),
            settings: PointSettings::default(),
            dark,
        }
    }

    fn hide(&mut self, scene: &Scene) {
        let filter = &self.settings.filter;
        if filter.is_empty() {
            return;
        }
        let own = filter.by() == self.settings.colouring;
        let other = if own { None } else { Some(filter.by().painting(scene)) };
        let painting = other.as_ref().unwrap_or(&self.painting);
        self.hidden = filter.hidden_names(painting).into_iter().map(str::to_owned).collect();
        for (draw_order, drawn) in self.draw_order.iter_mut().zip(filter.drawn(painting)) {
            if !drawn {
                *draw_order = DrawOrder::Hidden;
            }
        }
        if let Some(only) = filter.only() {
            for (sample, draw_order) in self.draw_order.iter_mut().enumerate() {
                if !only.contains(sample) {
                    *draw_order = DrawOrder::Hidden;
                }
            }
            let (few, all) = (only.len(), self.draw_order.len());
            self.hidden.push(format!("all but {few} of {}", counted(all, "point")));
        }
    }

    fn bring_forward(&mut self, selection: &Selection) {
        let many = selection.len() > FEW_SELECTED;
        let mut selected = selection.samples().iter().peekable();
        for (sample, (draw_order, colour)) in self.draw_order.iter_mut().zip(&mut self.colours).enumerate() {
            let is_selected = selected.next_if_eq(&&sample).is_some();
            if is_selected && *draw_order != DrawOrder::Hidden {
                *draw_order = DrawOrder::Front;
            } else if many {
                *colour = colour.gamma_multiply(FAINTER);
                if *draw_order == DrawOrder::Front {
                    *draw_order = DrawOrder::Usual;
                }
            }
        }
    }
}

/// What the points of a group look like.
pub fn group_look(colouring: Colouring, group: usize, palette: &Palette) -> PointStyle {
    match (colouring, group) {
        (Colouring::Mistakes, 0) => (palette.unlabelled.gamma_multiply(FAINTER), 0),
        (Colouring::Mistakes, _) => (palette.error_large, 0),
        _ => (palette.class(group), (group / DATA_COLOURS % SHAPES) as u8),
    }
}

/// The colour of a number within `range`; the unlabelled colour where it is not finite.
pub fn number_colour(colouring: Colouring, value: f64, [low, high]: [f64; 2], palette: &Palette) -> Color32 {
    if !value.is_finite() {
        return palette.unlabelled;
    }
    let share = if high > low { ((value - low) / (high - low)) as f32 } else { 0.5 };
    if matches!(colouring, Colouring::Loss(_)) { palette.error(share) } else { palette.value(share) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::training::Loss;

    fn groups(of_sample: Vec<usize>, count: usize) -> ColorMap {
        let names = (0..count).map(|group| group.to_string()).collect();
        ColorMap { title: String::new(), shades: ColorValues::Groups { of_sample, names } }
    }

    fn painted(painting: ColorMap, samples: usize, colouring: Colouring) -> PointStyles {
        PointStyles::painted(painting, samples, colouring, false)
    }

    #[test]
    fn looks_tell_many_classes_apart() {
        let classes = 3 * DATA_COLOURS;
        let styles = painted(groups((0..classes).collect(), classes), classes, Colouring::Label);
        for first in 0..classes {
            for second in 0..first {
                let same =
                    styles.colours[first] == styles.colours[second] && styles.shapes[first] == styles.shapes[second];
                assert!(!same, "classes {first} and {second} look the same");
            }
        }
    }

    #[test]
    fn equal_and_missing_values_have_a_colour() {
        let palette = Palette::for_dark(false);
        let shades = ColorValues::Numbers { of_sample: vec![2.0, 2.0, f64::NAN], range: [2.0, 2.0] };
        let styles = painted(ColorMap { title: String::new(), shades }, 3, Colouring::Label);
        assert_eq!(styles.colours, [palette.unlabelled; 3]);
        assert_ne!(number_colour(Colouring::Loss(Loss::CrossEntropy), 1.0, [0.0, 1.0], palette), palette.unlabelled);
    }

    #[test]
    fn wrong_answers_stand_before_right_ones() {
        let styles = painted(groups(vec![0, 1, 0], 2), 3, Colouring::Mistakes);
        assert_eq!(styles.draw_order, [DrawOrder::Usual, DrawOrder::Front, DrawOrder::Usual]);
        let wrong = Palette::for_dark(false).error_large;
        assert_eq!(styles.colours[1], wrong);
        let [r, g, b, a] = wrong.to_array().map(u32::from);
        assert_eq!(styles.table()[1], [r | g << 8 | b << 16 | a << 24, 0]);
        assert!(Arc::ptr_eq(&styles.table(), &styles.table()));
    }

    #[test]
    fn a_selection_of_many_makes_the_others_fainter() {
        let mut styles = painted(groups(vec![0, 0, 0, 0, 0], 1), 5, Colouring::Label);
        let full = styles.colours[0];
        styles.draw_order[1] = DrawOrder::Hidden;
        let mut selection = Selection::default();
        selection.change(crate::session::Pick::Only, vec![1, 2, 3]);
        styles.bring_forward(&selection);
        assert_eq!(styles.draw_order[..4], [DrawOrder::Usual, DrawOrder::Hidden, DrawOrder::Front, DrawOrder::Front]);
        assert!(styles.colours[2] == full && styles.colours[0] != full && styles.colours[4] != full);
    }
}
