//! Commands drawn at random that look at a network: probes, findings and their fixes, panels, pictures, numbers.

use layerflow::diagnostics::findings::Severity;
use layerflow::diagnostics::probes::{Ablation, Perturbation};
use layerflow::media::MediaKind;
use layerflow::network::OutputFunction;
use layerflow::resnet::{Integrator, RefinementKind};
use layerflow::session::{
    Command, EditCommand, ExportCommand, Figure, FilmTiming, FindingCommand, FindingScope, Fix, Grab, MatrixEntry,
    NetworkChange, NetworkEnd, NumberChange, NumberKind, PanelCommand, PanelPart, PictureSettings, PictureSubject,
    PictureTheme, PictureTimes, PointCommand, ProbeCommand, Section, Session, VelocityPicture, ViewCommand, WeightPart,
};
use nalgebra::DMatrix;

use super::commands::Source;

/// Frames a film has at most: what is searched for is not slowness.
const MOST_FRAMES: f64 = 4.0;

impl Source {
    pub(super) fn look(&mut self, session: &Session) -> Command {
        match self.below(8) {
            0 => Command::View(ViewCommand::Points(PointCommand::Probe(self.probe(session)))),
            1 => Command::Edit(self.ablation(session)),
            2 => Command::Edit(self.fix(session)),
            3 => Command::Findings(self.finding_more(session)),
            4 => Command::View(self.panel(session)),
            5 | 6 => self.picture(),
            _ => {
                let path = self.file().with_extension(if self.chance(0.5) { "csv" } else { "npz" });
                Command::WriteNumbers(self.of(&NumberKind::ALL), path)
            }
        }
    }

    fn probe(&mut self, session: &Session) -> ProbeCommand {
        let dimension = session.scene().map_or(2, |scene| scene.flow.ambient_dimension());
        let samples = session.scene().map_or(1, |scene| scene.data.samples());
        match self.below(8) {
            0 | 1 => ProbeCommand::Perturb(Some(self.of(&Perturbation::ALL))),
            2 => ProbeCommand::Perturb(None),
            3 => ProbeCommand::Epsilon(self.number()),
            4 => {
                // Now and then a point that is not there, a time beyond the end, a space that is no more.
                let columns = if self.chance(0.1) { dimension + 1 } else { dimension };
                let rows = DMatrix::from_fn(2, columns, |row, column| f64::from(u8::from(row == column)));
                let (sample, t, by) = (self.below(samples + 2), self.number().abs(), [self.number(), self.number()]);
                ProbeCommand::Grab(Grab { sample, t, rows, by })
            }
            5 => self.of(&[ProbeCommand::LetGo, ProbeCommand::PutBack]),
            6 => ProbeCommand::Unit(self.below(20)),
            _ => ProbeCommand::Direction(self.below(20)),
        }
    }

    fn ablation(&mut self, session: &Session) -> EditCommand {
        let layer = self.below(session.wanted().network.as_ref().map_or(1, |network| network.layers().len()) + 1);
        let index = self.below(10);
        match self.below(4) {
            0 => EditCommand::Ablate(Ablation::Unit { layer, unit: index }),
            1 => EditCommand::Ablate(Ablation::Direction { layer, index }),
            2 => EditCommand::Ablate(Ablation::Layer { layer }),
            _ => EditCommand::EndAblation,
        }
    }

    fn fix(&mut self, session: &Session) -> EditCommand {
        let layer = self.below(session.wanted().network.as_ref().map_or(1, |network| network.layers().len()) + 1);
        let (index, value) = (self.below(6), self.number());
        let without_activation = None;
        EditCommand::Fix(match self.below(9) {
            0 => Fix::DrawUnits { layer, units: vec![index, self.below(20)] },
            1 => Fix::LeaveOut { columns: vec![self.below(3)] },
            2 => Fix::Renumber,
            3 => Fix::End(NetworkEnd { without_activation, output: self.of(&OutputFunction::ALL) }),
            4 => Fix::DropRows,
            5 => Fix::FillRows,
            6 => {
                let part = self.of(&WeightPart::ALL);
                let change = self.of(&[
                    NumberChange::Weight { part, row: index, column: layer, value },
                    NumberChange::Bias { part, row: index, value },
                    NumberChange::SingularValue { index, value },
                ]);
                return EditCommand::Change(NetworkChange::Number { layer, change });
            }
            7 => return EditCommand::Change(NetworkChange::DrawAll),
            _ => Fix::Balance,
        })
    }

    fn finding_more(&mut self, session: &Session) -> FindingCommand {
        let dismissed = session.findings.dismissed();
        let found = dismissed.get(self.below(dismissed.len().max(1))).map(|dismissal| dismissal.key.clone());
        match (self.below(3), found) {
            (0, Some(key)) => FindingCommand::Restore(key),
            (1, _) => FindingCommand::Toggle(self.of(&Severity::ALL)),
            _ => FindingCommand::Show(self.of(&[FindingScope::All, FindingScope::Layer(1), FindingScope::Whole])),
        }
    }

    fn panel(&mut self, session: &Session) -> ViewCommand {
        let layer = self.below(session.wanted().network.as_ref().map_or(1, |network| network.layers().len()) + 2);
        let at = [self.number(), self.number()];
        let entry = MatrixEntry { layer, part: self.of(&WeightPart::ALL), row: self.below(9), column: self.below(9) };
        let panel = match self.below(8) {
            0 => PanelCommand::Toggle(self.of(&Section::ALL)),
            1 => PanelCommand::Show(self.of(&Section::ALL)),
            2 => PanelCommand::TogglePart(self.of(&PanelPart::ALL)),
            3 => PanelCommand::ZoomWeights { factor: self.number(), at },
            4 => PanelCommand::PanWeights(at),
            5 => PanelCommand::Entry(Some(entry).filter(|_| at[0] > -1.0)),
            6 => return ViewCommand::ShowVelocity(Some(self.of(&VelocityPicture::ALL)).filter(|_| at[0] > 0.0)),
            _ => {
                let kind = ViewCommand::Kind(self.of(&RefinementKind::ALL));
                return self.of(&[kind, ViewCommand::Integrate(Integrator::Rk4), ViewCommand::ToggleResNet]);
            }
        };
        ViewCommand::Panel(panel)
    }

    /// A small picture or a short film, or one that cannot be.
    fn picture(&mut self) -> Command {
        let kind = self.of(&MediaKind::ALL);
        match self.below(6) {
            0 => Command::Export(ExportCommand::Open(kind)),
            1 => Command::Export(self.of(&[ExportCommand::Close, ExportCommand::Choose, ExportCommand::Copy])),
            2 => {
                let path = self.file();
                let is_folder = kind.extension().is_empty();
                Command::WritePicture(if is_folder { path.join("film") } else { path.with_extension(kind.extension()) })
            }
            _ => {
                let (rate, seconds) = (self.number(), self.number().abs());
                let seconds = if seconds * rate > MOST_FRAMES { MOST_FRAMES / rate } else { seconds };
                let film = FilmTiming {
                    from: self.number().abs(),
                    to: self.number().abs(),
                    seconds,
                    rate,
                    rest: self.number(),
                    times: self.below(3) as u16,
                    easing: Default::default(),
                };
                let at = PictureTimes::At(self.number().abs());
                let settings = PictureSettings {
                    kind,
                    subject: self.of(&PictureSubject::ALL),
                    size: [self.below(200) as u32, self.below(200) as u32],
                    scale: self.number() as f32,
                    theme: self.of(&PictureTheme::ALL),
                    times: self.of(&[at, PictureTimes::Film(film)]),
                    figure: Figure { point_radius: Some(self.number() as f32), ..Figure::default() },
                    turn: self.number(),
                };
                Command::Export(ExportCommand::Change(Box::new(settings)))
            }
        }
    }
}
