//! Parts that are taken out of the network: which, and what that does to the answers.

use egui::{DragValue, RichText, Role, Ui, WidgetInfo};

use crate::diagnostics::probes::Ablation;
use crate::explorer::theme;
use crate::network::{Layer, Network};
use crate::session::{
    AblationReport, Command, EditCommand, Pick, PointCommand, ProbeCommand, Scene, Session, ViewCommand, counted,
};

pub(super) fn show(ui: &mut Ui, session: &Session, scene: &Scene, commands: &mut Vec<Command>) {
    if let Some(ablated) = session.document().and_then(|document| document.ablated.as_ref()) {
        ui.label(format!("Taken out: {}. What that does is said above the stage.", ablated.label()));
    }
    let Some(layer) = session.panel_layer() else { return };
    let network = session.wanted().network.as_deref().unwrap_or(&scene.network);
    let Some(own) = network.layers().get(layer) else { return };
    ui.label(theme::note(ui, format!("of layer {}, the one in the layer panel:", layer + 1)));
    let probe = &session.view.points.probe;
    let units = match own {
        Layer::Dense(dense) => dense.affine.outputs(),
        Layer::Residual(block) => block.inner.outputs(),
        Layer::Node(node) => node.cut.outputs(),
    };
    let directions = own.inputs().min(own.outputs());
    let unit = probe.unit.min(units.saturating_sub(1));
    let direction = probe.direction.min(directions.saturating_sub(1));
    let mut asked = Vec::new();
    ui.horizontal(|ui| {
        asked.extend(number(ui, "Unit to take out", unit, units).map(ProbeCommand::Unit));
        commands.extend(button(ui, network, Ablation::Unit { layer, unit }));
    });
    ui.horizontal(|ui| {
        asked.extend(number(ui, "Direction to take out", direction, directions).map(ProbeCommand::Direction));
        commands.extend(button(ui, network, Ablation::Direction { layer, index: direction }));
    });
    commands.extend(button(ui, network, Ablation::Layer { layer }));
    let command = |asked| Command::View(ViewCommand::Points(PointCommand::Probe(asked)));
    commands.extend(asked.into_iter().map(command));
}

/// A number that is shown from 1.
fn number(ui: &mut Ui, name: &str, index: usize, count: usize) -> Option<usize> {
    let mut shown = index + 1;
    let response = ui.add(DragValue::new(&mut shown).range(1..=count.max(1)).speed(0.1));
    response.widget_info(|| WidgetInfo::labeled(Role::SpinButton, true, name));
    (shown != index + 1).then(|| shown.saturating_sub(1))
}

/// What a button or an entry of a menu that takes a part out says.
pub fn label(ablation: Ablation) -> String {
    match ablation {
        Ablation::Layer { .. } => format!("Skip {}", ablation.label()),
        _ => format!("Take out {}", ablation.label()),
    }
}

/// A button that takes a part out; it is disabled where that cannot be done, and says why.
pub fn button(ui: &mut Ui, network: &Network, ablation: Ablation) -> Option<Command> {
    let refusal = ablation.check(network).err().map(|error| format!("{error}."));
    let tip = match ablation {
        Ablation::Unit { .. } => {
            "The unit gives 0, and the flow shown is that of the network without it. Can be undone."
        }
        Ablation::Direction { .. } => {
            "The singular value becomes 0, and the flow shown is that of the network without the direction. Can be undone."
        }
        Ablation::Layer { .. } => {
            "What the layer gets passes as it is, and the flow shown is that of the network without it. Can be undone."
        }
    };
    let response = ui.add_enabled(refusal.is_none(), egui::Button::new(label(ablation))).on_hover_text(tip);
    let clicked = response.on_disabled_hover_text(refusal.unwrap_or_default()).clicked();
    clicked.then_some(Command::Edit(EditCommand::Ablate(ablation)))
}

/// What is taken out and what that does to the answers, in a sentence or two; `None` where all is there.
pub fn text(session: &Session) -> Option<String> {
    let ablated = session.document()?.ablated.as_ref()?;
    let effect = match session.latest::<AblationReport>() {
        Some(report) if std::sync::Arc::ptr_eq(&report.ablated, ablated) => &report.effect,
        _ => return Some(format!("Without {}; the answers are being compared …", ablated.label())),
    };
    let mut parts = Vec::new();
    if let Some(accuracy) = effect.accuracy {
        let [before, after] = accuracy.map(|share| theme::figure(100.0 * share, 1));
        parts.push(format!("accuracy {before} % → {after} %"));
    }
    if let Some(loss) = effect.loss {
        let [before, after] = loss.map(theme::significant);
        parts.push(format!("loss {before} → {after}"));
    }
    let samples = counted(effect.samples, "answer");
    parts.push(format!("{} of {samples} changed", effect.changed.len()));
    parts.push(format!("outputs moved by up to {}", theme::significant(effect.output_change)));
    Some(format!("Without {}: {}.", ablated.label(), parts.join(", ")))
}

/// The buttons beside that sentence.
pub fn buttons(ui: &mut Ui, session: &Session) -> Option<Command> {
    let effect = session.latest::<AblationReport>().map(|report| &report.effect);
    let changed = effect.map_or(&[][..], |effect| &effect.changed);
    let select = ui.add_enabled(!changed.is_empty(), egui::Button::new("Select the changed"));
    let select = select.on_hover_text("Select the points that are answered otherwise than by the whole network.");
    if select.on_disabled_hover_text("No answer has changed.").clicked() {
        return Some(Command::View(ViewCommand::Points(PointCommand::Select(Pick::Only, changed.to_vec()))));
    }
    let end = ui.button(RichText::new("End the ablation")).on_hover_text("Bring back all that was taken out.");
    end.clicked().then_some(Command::Edit(EditCommand::EndAblation))
}
