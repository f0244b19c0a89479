//! Commands drawn at random, of every kind, sensible or not.

use std::path::PathBuf;

use layerflow::dataset::{Generator, GeneratorOptions, Random};
use layerflow::explorer::commands::Action;
use layerflow::formats::NetworkKind;
use layerflow::media::MediaKind;
use layerflow::network::{Activation, OutputFunction};
use layerflow::session::file::SessionPart;
use layerflow::session::{
    Appearance, Colouring, ColumnCommand, Command, Compare, DialogPurpose, EditCommand, Example, FindingCommand,
    FindingScope, Fix, ImportCommand, LeaveAnswer, NetworkChange, NumberKind, Overlay, Pace, Pen, PenCommand, Pick,
    PlaybackCommand, PointChange, PointCommand, Preset, Projection, RecoverAnswer, Session, SessionCommand, Side, Task,
    Tool, TrainCommand, ViewCommand, WindowCommand,
};
use layerflow::training::{Initialisation, LayerPlan, PlanKind, TrainingOptions};

/// A network that grows beyond this is exchanged for an example: what is searched for is not slowness.
const MAX_LAYERS: usize = 8;
const MAX_WIDTH: usize = 12;

/// Draws commands.
pub struct Source {
    random: Random,
    /// Files of all kinds, some of which are there.
    files: Vec<PathBuf>,
}

impl Source {
    pub fn new(seed: u64, files: Vec<PathBuf>) -> Source {
        Source { random: Random::new(seed), files }
    }

    /// A whole number below `end`.
    pub fn below(&mut self, end: usize) -> usize {
        (self.random.unit() * end as f64) as usize
    }

    pub fn chance(&mut self, share: f64) -> bool {
        self.random.unit() < share
    }

    /// A number that is mostly moderate, and now and then is none.
    pub fn number(&mut self) -> f64 {
        match self.below(40) {
            0 => f64::NAN,
            1 => f64::INFINITY,
            2 => -1e300,
            3 => 0.0,
            _ => self.random.between(-3.0, 3.0),
        }
    }

    pub(super) fn of<T: Clone>(&mut self, list: &[T]) -> T {
        list[self.below(list.len())].clone()
    }

    pub(super) fn file(&mut self) -> PathBuf {
        let files = std::mem::take(&mut self.files);
        let file = self.of(&files);
        self.files = files;
        file
    }

    pub fn command(&mut self, session: &Session) -> Command {
        let network = session.wanted().network.as_ref();
        if network.is_some_and(|network| network.layers().len() > MAX_LAYERS || network.largest_width() > 200) {
            return Command::OpenExample(Example::Spiral);
        }
        match self.below(29) {
            0 => Command::OpenNetwork(self.file()),
            1 => Command::OpenData(self.file()),
            2 => match self.below(4) {
                0 => Command::SaveNetwork(self.file()),
                1 => Command::WriteMeasures(self.file().with_extension("csv")),
                _ => {
                    let count = self.below(3);
                    Command::OpenFiles((0..count).map(|_| self.file()).collect())
                }
            },
            3 => Command::OpenExample(self.of(&Example::ALL)),
            4 => {
                let generator = self.of(&Generator::ALL);
                let (samples, noise) = (1 + self.below(200), self.random.unit());
                Command::Generate(generator, GeneratorOptions { samples, noise, seed: 1, dimension: 2 })
            }
            5 => match self.below(5) {
                0 => Command::Ask(self.of(&[
                    DialogPurpose::OpenNetwork,
                    DialogPurpose::OpenData,
                    DialogPurpose::SaveNetwork(NetworkKind::Layerflow),
                    DialogPurpose::SaveMeasures,
                    DialogPurpose::SavePicture(MediaKind::Png),
                    DialogPurpose::SaveNumbers(NumberKind::Angles),
                ])),
                1 => Command::EditPath(self.file().display().to_string()),
                2 => Command::AcceptPath,
                3 => Command::ClosePath,
                _ => Command::Quit,
            },
            6 | 7 => Command::Playback(self.playback()),
            8..=10 => Command::View(self.view(session)),
            11 => Command::Window(self.window()),
            12 => Command::Import(self.import()),
            13 => Command::Columns(self.columns()),
            14 => Command::Findings(self.finding(session)),
            15..=17 => Command::Edit(self.edit(session)),
            18 | 19 => Command::Train(self.train(session)),
            20 => Command::Cancel(self.of(&[
                Task::Read,
                Task::ReadData,
                Task::Build,
                Task::Spectrum,
                Task::Save,
                Task::Train,
                Task::Dialog,
                Task::Unsaved,
            ])),
            21 => match self.below(7) {
                0 => Command::Dismiss(self.below(50) as u64),
                3 => Command::Save,
                4 => Command::Share(self.chance(0.5)),
                5 => {
                    let path = self.file().with_extension("layerflow");
                    Command::Session(SessionCommand::Save { path, embeds: self.chance(0.5) })
                }
                6 => match self.below(4) {
                    0 => Command::Session(SessionCommand::TakeChanged),
                    1 => Command::Session(SessionCommand::Leave),
                    2 => Command::Session(SessionCommand::Take(SessionPart::Network, self.file())),
                    _ => Command::Session(SessionCommand::Open(self.file().with_extension("layerflow"))),
                },
                1 => Command::DismissHint,
                _ => Command::Recover(self.of(&[RecoverAnswer::Open, RecoverAnswer::Remove, RecoverAnswer::Later])),
            },
            22 => Command::Leave(self.of(&[LeaveAnswer::Discard, LeaveAnswer::Stay, LeaveAnswer::Save])),
            23..=25 => self.look(session),
            26 | 27 => self.run(),
            _ => {
                let action = self.of(&Action::all());
                action.command(session).unwrap_or(Command::DismissHint)
            }
        }
    }

    fn playback(&mut self) -> PlaybackCommand {
        match self.below(6) {
            0 => PlaybackCommand::Seek(self.number()),
            1 => PlaybackCommand::SetSpeed(self.number()),
            2 => PlaybackCommand::SetRange(self.number(), self.number()),
            3 => PlaybackCommand::Pause,
            _ => self.of(&[
                PlaybackCommand::Toggle,
                PlaybackCommand::Play,
                PlaybackCommand::NextPhase,
                PlaybackCommand::PreviousPhase,
                PlaybackCommand::NextLayer,
                PlaybackCommand::PreviousLayer,
                PlaybackCommand::Home,
                PlaybackCommand::End,
                PlaybackCommand::Faster,
                PlaybackCommand::Slower,
                PlaybackCommand::ToggleLoop,
            ]),
        }
    }

    fn view(&mut self, session: &Session) -> ViewCommand {
        let samples = session.scene().map_or(1, |scene| scene.data.samples().max(1));
        match self.below(22) {
            0 => ViewCommand::Project(self.of(&[
                Projection::Automatic,
                Projection::Plane([0, 1]),
                Projection::Plane([5, 40]),
                Projection::Space([0, 1, 2]),
                Projection::PrincipalPlane,
                Projection::PrincipalSpace,
                Projection::FollowingPlane,
                Projection::Tour,
            ])),
            1 => ViewCommand::PlayTour(self.chance(0.5)),
            2 => ViewCommand::TourSpeed(self.number()),
            3 => ViewCommand::Turn { sideways: self.number(), downward: self.number() },
            4 => ViewCommand::Pan([self.number(), self.number()]),
            5 => ViewCommand::Zoom { factor: self.number(), at: [self.number(), self.number()] },
            6 => ViewCommand::AutoFit(self.chance(0.5)),
            7 => ViewCommand::Show(Overlay::Grid, self.chance(0.5)),
            8 => ViewCommand::Show(Overlay::Areas, self.chance(0.5)),
            9 => ViewCommand::Show(Overlay::Trails, self.chance(0.5)),
            10 => ViewCommand::TrailLength(self.number()),
            11 => ViewCommand::Show(self.of(&Overlay::ALL), self.chance(0.5)),
            12 => ViewCommand::Compare(self.of(&Compare::ALL)),
            13 => ViewCommand::Steps(self.below(40)),
            14 => ViewCommand::PinLayer(Some(self.below(12))),
            15 => ViewCommand::ShowBlock(Some(self.below(30))),
            16 => {
                let count = self.below(5);
                let chosen = (0..count).map(|_| self.below(samples + 2)).collect();
                let pick = self.of(&[Pick::Only, Pick::Add, Pick::Toggle]);
                ViewCommand::Points(PointCommand::Select(pick, chosen))
            }
            17 => ViewCommand::Points(PointCommand::Table(self.chance(0.5))),
            18 => ViewCommand::Points(PointCommand::Rest(Some(self.below(samples + 2)))),
            19 => ViewCommand::Points(PointCommand::Use(self.of(&Tool::ALL))),
            20 => {
                let colouring = self.of(&[Colouring::Label, Colouring::Prediction, Colouring::Mistakes]);
                ViewCommand::Points(self.of(&[
                    PointCommand::Colour(colouring),
                    PointCommand::ToggleGroup(colouring, 1),
                    PointCommand::ShowAllGroups,
                    PointCommand::Clear,
                ]))
            }
            _ => match self.below(4) {
                0 => ViewCommand::Hand(PenCommand::Use(Some(self.of(&Pen::ALL)))),
                1 => ViewCommand::Hand(PenCommand::Class(self.below(20))),
                2 => ViewCommand::Hand(PenCommand::Radius(self.number())),
                _ => ViewCommand::Hand(PenCommand::Density(self.below(100))),
            },
        }
    }

    fn window(&mut self) -> WindowCommand {
        match self.below(6) {
            0 => WindowCommand::ToggleNetworkPanel,
            1 => WindowCommand::ToggleLayerPanel,
            2 => WindowCommand::Side(self.of(&Side::ALL)),
            3 => WindowCommand::Appearance(self.of(&Appearance::ALL)),
            _ => WindowCommand::Show(None),
        }
    }

    fn import(&mut self) -> ImportCommand {
        let position = self.below(6);
        match self.below(12) {
            0 => ImportCommand::Transpose(position),
            1 => ImportCommand::Remove(position),
            2 => ImportCommand::MoveUp(position),
            3 => ImportCommand::Append("layers.0.weight".into()),
            4 => ImportCommand::HiddenActivation(self.of(&Activation::ALL)),
            5 => ImportCommand::Activation(position, self.of(&Activation::ALL)),
            6 => ImportCommand::ResidualBlocks(self.chance(0.5)),
            7 => ImportCommand::Output(self.of(&OutputFunction::ALL)),
            8 => ImportCommand::InputShape("3,8,8".into()),
            9 => ImportCommand::Spectrum(position),
            10 => ImportCommand::Open,
            _ => ImportCommand::Close,
        }
    }

    fn columns(&mut self) -> ColumnCommand {
        match self.below(5) {
            0 => ColumnCommand::Choose(self.file()),
            1 => ColumnCommand::Coordinate(self.below(5), self.chance(0.5)),
            2 => ColumnCommand::Label(Some(self.below(5))),
            3 => ColumnCommand::Open,
            _ => ColumnCommand::Close,
        }
    }

    fn finding(&mut self, session: &Session) -> FindingCommand {
        let found =
            session.findings.visible().list().and_then(|list| list.entries().first().map(|entry| entry.key.clone()));
        match (self.below(4), found) {
            (0, Some(key)) => FindingCommand::Dismiss(key),
            (1, Some(key)) => FindingCommand::GoTo(key),
            (2, _) => FindingCommand::ShowDismissed(self.chance(0.5)),
            _ => FindingCommand::Show(FindingScope::All),
        }
    }

    fn edit(&mut self, session: &Session) -> EditCommand {
        let layers = session.wanted().network.as_ref().map_or(1, |network| network.layers().len());
        let layer = self.below(layers + 2);
        let activation = self.of(&Activation::ALL);
        let initialisation = self.of(&Initialisation::ALL);
        let kind = if self.chance(0.3) { PlanKind::Residual { hidden: 1 + self.below(6) } } else { PlanKind::Dense };
        let width = self.below(MAX_WIDTH);
        let at = [self.number(), self.number()];
        match self.below(16) {
            0 => EditCommand::Change(NetworkChange::Add {
                at: layer,
                plan: LayerPlan { kind, width, activation, initialisation },
            }),
            1 => EditCommand::Change(NetworkChange::Remove(layer)),
            2 => EditCommand::Change(NetworkChange::Duplicate(layer)),
            3 => EditCommand::Change(NetworkChange::MoveUp(layer)),
            4 => EditCommand::Change(NetworkChange::Width { layer, width }),
            5 => EditCommand::Change(NetworkChange::Activation { layer, activation }),
            6 => EditCommand::Change(NetworkChange::Kind { layer, kind }),
            7 => EditCommand::Change(NetworkChange::Draw { layer, initialisation }),
            8 => EditCommand::Change(NetworkChange::Output(self.of(&OutputFunction::ALL))),
            9 => EditCommand::Points(self.of(&[
                PointChange::Add { at, class: layer },
                PointChange::Paint { at, radius: at[0], count: width, class: 0 },
                PointChange::Move { sample: layer, to: at },
                PointChange::Erase { at, radius: at[1] },
            ])),
            10 => EditCommand::Fix(self.of(&[
                Fix::Balance,
                Fix::Standardise,
                Fix::Remove { layer },
                Fix::Merge { layer },
            ])),
            11 => EditCommand::Release,
            12 => EditCommand::New,
            13 => EditCommand::Preset(self.of(&Preset::ALL[..3])),
            14 => EditCommand::Undo,
            _ => EditCommand::Redo,
        }
    }

    fn train(&mut self, session: &Session) -> TrainCommand {
        match self.below(8) {
            0 => TrainCommand::Play,
            1 => TrainCommand::Pause,
            2 | 3 => TrainCommand::Step,
            4 => TrainCommand::Epoch,
            5 => TrainCommand::Return(self.below(4)),
            6 => TrainCommand::Pace(self.of(&Pace::ALL)),
            _ => {
                let rate = self.number();
                TrainCommand::Options(TrainingOptions { rate, epochs: self.below(30), ..*session.training().options() })
            }
        }
    }
}
