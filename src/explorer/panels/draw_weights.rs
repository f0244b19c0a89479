//! The menu that draws the weights of a layer anew: at random for training, or a plain map to study, by an amount.

use egui::{DragValue, Id, Role, Ui, WidgetInfo};

use crate::training::Initialisation;

/// The amounts of the maps to study, as they were set last.
#[derive(Clone, Copy)]
struct Amounts {
    /// The angle of the rotation, in degrees.
    angle: f64,
    /// The rank of the projection.
    rank: usize,
    /// How often the shear adds the second coordinate to the first.
    shear: f64,
}

impl Default for Amounts {
    fn default() -> Amounts {
        Amounts { angle: 45.0, rank: 1, shear: 1.0 }
    }
}

/// Draws the menu and gives what was chosen; `most` is the highest rank that the layer can have.
pub fn show(ui: &mut Ui, most: usize) -> Option<Initialisation> {
    let id = Id::unique("amounts of the maps to study");
    let mut amounts: Amounts = ui.data(|data| data.get_temp(id)).unwrap_or_default();
    let mut chosen = None;
    for initialisation in Initialisation::ALL {
        ui.horizontal(|ui| {
            let button = ui.button(initialisation.name()).on_hover_text(initialisation.label());
            let initialisation = amount(ui, initialisation, &mut amounts, most);
            if button.clicked() {
                chosen = Some(initialisation);
                ui.close();
            }
        });
    }
    ui.data_mut(|data| data.insert_temp(id, amounts));
    chosen
}

/// The amount of a map to study beside its name.
fn amount(ui: &mut Ui, initialisation: Initialisation, amounts: &mut Amounts, most: usize) -> Initialisation {
    let mut number = |value: DragValue<'_>, name: &str, tip: &str| {
        let response = ui.add(value);
        response.widget_info(|| WidgetInfo::labeled(Role::SpinButton, true, name));
        response.on_hover_text(tip);
    };
    match initialisation {
        Initialisation::Rotation { .. } => {
            let value = DragValue::new(&mut amounts.angle).range(-180.0..=180.0).speed(1.0).suffix("°");
            number(value, "Angle of the rotation", "From the first axis towards the second");
            Initialisation::Rotation { angle: amounts.angle.to_radians() }
        }
        Initialisation::Projection { .. } => {
            let value = DragValue::new(&mut amounts.rank).range(0..=most).speed(0.05);
            number(value, "Rank of the projection", "How many coordinates remain");
            Initialisation::Projection { rank: amounts.rank }
        }
        Initialisation::Shear { .. } => {
            let value = DragValue::new(&mut amounts.shear).range(-10.0..=10.0).speed(0.02).max_decimals(2);
            number(value, "Amount of the shear", "How often the second coordinate is added to the first");
            Initialisation::Shear { amount: amounts.shear }
        }
        other => other,
    }
}
