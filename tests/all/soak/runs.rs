//! Commands drawn at random about more than one network: checkpoints, comparisons, what was dropped, other flows; and
//! about columns, charts and keys.

use layerflow::dataset::{DataChoice, LabelChoice};
use layerflow::flow::{CompressionLaw, Decomposition, FlowOptions, ResidualLaw, TimeLaw};
use layerflow::session::{
    ChartFile, ChartKind, CheckpointCommand, Command, DropAnswer, KeyCommand, Pairing, PlayDirection, SizedPanel,
    ViewCommand,
};

use super::commands::Source;

impl Source {
    pub(super) fn run(&mut self) -> Command {
        match self.below(11) {
            // A folder may hold checkpoints.
            0 => {
                let file = self.file();
                Command::OpenNetwork(file.with_file_name(self.of(&["run", "coming"])))
            }
            1..=3 => Command::Checkpoints(self.checkpoint()),
            4 => Command::CompareWith(self.file()),
            5 => self.of(&[
                Command::EndComparison,
                Command::View(ViewCommand::Pair(None)),
                Command::View(ViewCommand::Pair(Some(Pairing::SideBySide))),
                Command::View(ViewCommand::Pair(Some(Pairing::Overlay))),
                Command::View(ViewCommand::Pair(Some(Pairing::Morph))),
            ]),
            6 => Command::View(ViewCommand::Morph(self.number())),
            7 => Command::Dropped(self.of(&[DropAnswer::Replace, DropAnswer::Compare, DropAnswer::Cancel])),
            8 => self.columns_chart_or_keys(),
            9 if self.chance(0.5) => Command::OpenLast(self.chance(0.5)),
            9 => Command::Resize(self.of(&SizedPanel::ALL), self.below(3000) as u16),
            _ => Command::Flow(FlowOptions {
                decomposition: self.of(&Decomposition::ALL),
                compression: self.of(&CompressionLaw::ALL),
                time: self.of(&TimeLaw::ALL),
                residual: self.of(&ResidualLaw::ALL),
            }),
        }
    }

    fn checkpoint(&mut self) -> CheckpointCommand {
        let index = self.below(6);
        self.of(&[
            CheckpointCommand::Seek(index),
            CheckpointCommand::Previous,
            CheckpointCommand::Next,
            CheckpointCommand::Newest,
            CheckpointCommand::TogglePlay(PlayDirection::On),
            CheckpointCommand::TogglePlay(PlayDirection::Back),
            CheckpointCommand::Follow(true),
            CheckpointCommand::Follow(false),
            CheckpointCommand::StopWaiting,
            CheckpointCommand::ToggleCurves,
        ])
    }

    fn keys(&mut self) -> KeyCommand {
        let name = self.of(&["Save", "PlayPause", "Undo", "no such command"]).to_owned();
        let keys =
            ["F2", "Ctrl+Shift+K", "Space", "no such key"][..self.below(5)].iter().map(|keys| (*keys).to_owned());
        match self.below(4) {
            0 => KeyCommand::ResetAll,
            1 => KeyCommand::Reset(name),
            _ => KeyCommand::Set(name, keys.collect()),
        }
    }

    fn columns_chart_or_keys(&mut self) -> Command {
        if self.chance(0.3) {
            let kind = self.of(&[ChartKind::Csv, ChartKind::Svg, ChartKind::Png]);
            let name = self.of(&["Loss", "a/b: ‖x‖", ""]).to_owned();
            return Command::SaveChart(ChartFile { kind, name, bytes: b"t,value\n0,1\n"[..].into() });
        }
        if self.chance(0.3) {
            return Command::Keys(self.keys());
        }
        let features = self.of(&[None, Some(vec!["1".to_owned()]), Some(vec!["a".to_owned(), "no such".to_owned()])]);
        let label = self.of(&[LabelChoice::default(), LabelChoice::None]);
        Command::OpenColumns(self.file(), DataChoice { features, label, ..DataChoice::default() })
    }
}
