//! The data: a file or a built-in generator, and how many points it gives.

use egui::{ComboBox, DragValue, Role, Sense, Ui, WidgetInfo, vec2};

use super::super::theme::{self, Palette};
use super::super::widgets::severity;
use crate::dataset::{Generator, GeneratorOptions, Labels};
use crate::session::{
    ColumnCommand, Command, DataSource, DialogPurpose, EditCommand, FindingCommand, FindingKey, FindingScope, Session,
    column_text, counted, title,
};

/// The most points that the window draws of a generator; files may have more.
const MAX_SAMPLES: usize = 1_000_000;
/// So many columns with findings are named at most.
const MAX_COLUMNS: usize = 8;
/// The most noise that the window offers.
const MAX_NOISE: f64 = 1.0;

/// Draws the section and tells what was asked for.
pub fn show(ui: &mut Ui, session: &Session) -> Vec<Command> {
    let mut commands = Vec::new();
    let wanted = session.wanted();
    let inputs = wanted.network.as_ref().map(|network| network.inputs());
    let (name, options) = match &wanted.data.source {
        DataSource::Generated(generator, options) => {
            (generator.title(options.dimension).to_owned(), Some((*generator, *options)))
        }
        DataSource::File(_) | DataSource::Example(_) | DataSource::Hand => (wanted.data.name(), None),
    };
    ui.horizontal(|ui| {
        ui.label("From").on_hover_text("Where the points come from: a built-in generator or a file");
        let combo = ComboBox::from_id_salt("data source").width(ui.available_width() - theme::GAP).selected_text(name);
        let combo = combo.show_ui(ui, |ui| {
            if ui.button("Open data…").clicked() {
                commands.push(Command::Ask(DialogPurpose::OpenData));
            }
            for generator in Generator::ALL {
                commands.extend(choice(ui, generator, options, inputs));
            }
        });
        combo.response.widget_info(|| WidgetInfo::labeled(Role::ComboBox, true, "Data source"));
    });
    if let Some((generator, options)) = options {
        commands.extend(settings(ui, generator, options));
    }
    if let DataSource::File(path) = &wanted.data.source {
        let tip = "Choose which columns of the file are coordinates and which is the label, and standardise them";
        if ui.button("Columns…").on_hover_text(tip).clicked() {
            commands.push(Command::Columns(ColumnCommand::Choose(path.clone())));
        }
    }
    let Some(dataset) = session.document().and_then(|document| document.data.dataset.as_ref()) else {
        return commands;
    };
    let labels = match &dataset.labels {
        Labels::None => "no labels".to_owned(),
        Labels::Classes { names, .. } => format!("{} classes", names.len()),
        Labels::Values(_) => "a value for each point".to_owned(),
    };
    let shown = session.document().map(|document| &document.data);
    if let Some(shown) = shown.filter(|shown| shown.source != wanted.data.source) {
        ui.label(theme::note(ui, format!("The stage still shows {} …", shown.name())));
    }
    ui.label(theme::note(
        ui,
        format!("{} in {}, {labels}", counted(dataset.samples(), "point"), counted(dataset.dimension(), "dimension")),
    ));
    if let Some(left_out) = &dataset.left_out {
        let text = format!("{} of {} left out", left_out.left_out.len(), counted(left_out.rows, "row"));
        let response = ui.colored_label(Palette::from_ui(ui).warning, text);
        response.on_hover_text(format!("They lack a finite number: {}.", left_out.label()));
    }
    if let Some(text) = session.scaling_text() {
        ui.label(theme::note(ui, text)).on_hover_text("What is done to the values of the file before they flow.");
    }
    for change in &wanted.data.changes {
        ui.label(theme::note(ui, change.as_ref()))
            .on_hover_text("What was done to the values by a button of the findings.");
    }
    commands.extend(findings(ui, session).map(Command::Findings));
    if let Some(scene) = session.scene() {
        if scene.memory.is_large() {
            ui.label(theme::note(ui, scene.memory.label()))
                .on_hover_text("The memory that the plain net's values and the points' places on their way take.");
        }
        if let Some(text) = scene.memory.thinned() {
            ui.label(theme::note(ui, text));
        }
    }
    commands
}

/// How many findings there are about the data, and the columns that they are about.
fn findings(ui: &mut Ui, session: &Session) -> Option<FindingCommand> {
    let visible = session.findings.visible();
    let (count, worst) = (visible.whole(), visible.whole().worst?);
    let mut asked = None;
    ui.horizontal_wrapped(|ui| {
        let palette = Palette::from_ui(ui);
        let mark = |ui: &mut Ui, worst| {
            let (rect, _) = ui.allocate_exact_size(vec2(severity::SIZE, severity::SIZE), Sense::hover());
            severity::paint(ui.painter(), rect.center(), severity::SIZE, worst, palette);
        };
        mark(ui, worst);
        let link =
            ui.link(counted(count.count, "finding")).on_hover_text(format!("{}. Click: list them.", count.label()));
        link.widget_info(|| WidgetInfo::labeled(Role::Link, true, "Findings of the data and the whole"));
        if link.clicked() {
            asked = Some(FindingCommand::Show(FindingScope::Whole));
        }
        let Some(dataset) = session.scene().map(|scene| &scene.dataset) else { return };
        for (column, finding) in visible.columns().take(MAX_COLUMNS) {
            mark(ui, finding.severity);
            let name = column_text(dataset, column);
            let response = ui.link(&name).on_hover_text(format!("{}: {}.", title(finding.code), finding.message));
            let label = format!("Finding about column {name}");
            response.widget_info(|| WidgetInfo::labeled(Role::Link, true, &label));
            if response.clicked() {
                asked = Some(FindingCommand::GoTo(FindingKey::new(finding)));
            }
        }
    });
    asked
}

fn choice(
    ui: &mut Ui,
    generator: Generator,
    now: Option<(Generator, GeneratorOptions)>,
    inputs: Option<usize>,
) -> Option<Command> {
    let dimension = generator.dimension().or(inputs).unwrap_or(2);
    let fits = inputs.is_none_or(|inputs| inputs == dimension);
    let chosen = now.is_some_and(|(now, _)| now == generator);
    let label = egui::Button::selectable(chosen, generator.title(dimension));
    let response = ui.add_enabled(fits, label);
    let response = response.on_disabled_hover_text(format!(
        "{} has points of {dimension} coordinates; this network takes {}.",
        generator.name(),
        inputs.unwrap_or(0)
    ));
    let options = now.map_or_else(GeneratorOptions::default, |(_, options)| options);
    response.clicked().then_some(Command::Generate(generator, GeneratorOptions { dimension, ..options }))
}

fn settings(ui: &mut Ui, generator: Generator, options: GeneratorOptions) -> Vec<Command> {
    let mut changed = options;
    let mut released = false;
    egui::Grid::new("generator").num_columns(2).show(ui, |ui| {
        let mut number = |text: &str, value: DragValue<'_>, tip: &str| {
            let label = ui.label(text);
            let response = ui.add(value).labelled_by(label.id);
            released |= response.drag_stopped() || response.lost_focus();
            response.on_hover_text(tip);
            ui.end_row();
        };
        let samples = DragValue::new(&mut changed.samples).range(1..=MAX_SAMPLES).speed(5.0);
        number("Samples", samples, "How many points flow through the network");
        let noise = DragValue::new(&mut changed.noise).range(0.0..=MAX_NOISE).speed(0.002).max_decimals(3);
        number("Noise", noise, "The standard deviation of what is added to each coordinate");
        let seed = DragValue::new(&mut changed.seed).speed(0.1);
        number("Seed", seed, "The same seed gives the same points on every machine");
    });
    let generated = (changed != options).then_some(Command::Generate(generator, changed));
    generated.into_iter().chain(released.then_some(Command::Edit(EditCommand::Release))).collect()
}
