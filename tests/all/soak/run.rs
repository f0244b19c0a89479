//! A window that is given commands and events at random, and what must hold after each.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use egui::{Event, Key, Modifiers, MouseWheelUnit, PointerButton, Pos2, pos2, vec2};
use egui_kittest::Harness;
use layerflow::explorer::{ExplorerApp, Startup};
use layerflow::session::{Command, EditCommand, LeaveAnswer, Task};

use super::commands::Source;

const SIZE: [f32; 2] = [1100.0, 720.0];
/// Jobs are waited for so long at most, and not after every command: what is not ready goes on beside the next ones, or
/// gives way to what they ask for.
const SHORT: Duration = Duration::from_millis(15);
const WAITING: f64 = 0.2;
/// The memory that the program should be allowed: what would take more is refused, and that is played through as well.
pub const LIMIT: u64 = 1 << 30;
/// What a window may come to hold in memory while it is given commands: what was allowed, once more for what is being
/// prepared beside it.
const MOST_GROWTH: u64 = 2 * LIMIT;
const LONG: Duration = Duration::from_secs(300);
/// A network whose names a terminal would obey.
const OBEYED: &str = r#"{"format": "layerflow.network/1", "name": "n\u001b[2J\u202e", "output": "softmax", "layers": [
    {"type": "dense", "name": "a\u001b]0;b\u0007", "weight": [[1, 0.5], [0, 1]], "bias": [0, 0], "activation": "tanh"},
    {"type": "dense", "name": "\u009b31m", "weight": [[1, 0], [0.5, 1]], "bias": [0, 0], "activation": "identity"}]}"#;

/// A checkpoint of a run, with this number as one of its weights.
fn checkpoint(weight: f64) -> String {
    format!(
        r#"{{"format": "layerflow.network/1", "name": "c", "output": "softmax", "layers": [
        {{"type": "dense", "weight": [[1, {weight}], [0, 1]], "bias": [0, 0.1], "activation": "tanh"}},
        {{"type": "dense", "weight": [[1, 0], [{weight}, 1]], "bias": [0, 0], "activation": "identity"}}]}}"#
    )
}

/// A window under random commands.
pub struct Soak {
    window: Harness<'static, ExplorerApp>,
    source: Source,
    folder: PathBuf,
    /// What was done, to be told where something does not hold.
    log: Vec<String>,
    /// The memory of the program when the window was new.
    first_memory: u64,
}

/// The bytes that the program holds in memory; 0 where the system does not tell.
fn resident() -> u64 {
    let pages = std::fs::read_to_string("/proc/self/statm").ok();
    let resident = pages.and_then(|pages| pages.split_whitespace().nth(1)?.parse::<u64>().ok());
    resident.unwrap_or(0) * 4096
}

/// A text of the shape that holds a control character, or one that turns the order of others around.
fn obeyed(shape: &egui::Shape) -> Option<&str> {
    let turns = |c: char| matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    let is_obeyed = |c: char| turns(c) || c.is_control() && c != '\n' && c != '\t';
    match shape {
        egui::Shape::Text(text) => Some(text.galley.job.text.as_str()).filter(|text| text.contains(is_obeyed)),
        egui::Shape::Vec(shapes) => shapes.iter().find_map(obeyed),
        _ => None,
    }
}

impl Soak {
    /// `folder` is filled with files to be opened.
    pub fn new(seed: u64, folder: &Path, examples: &[PathBuf]) -> Soak {
        let mut files = vec![folder.join("gone.json"), folder.join("no/such/folder.json"), folder.to_owned()];
        for (name, content) in [
            ("garbage.json", "{"),
            ("garbage.pt", "not a file of PyTorch's"),
            ("empty.csv", ""),
            ("plain.csv", "a,b,label\n0,1,x\n1,0,y\n0.5,0.5,x\n"),
            ("ragged.csv", "1,2\n3\n"),
            (
                "esc\u{1b}[2J\u{202e}.csv",
                "a\u{1b}[31m,b\u{9b}2J,label\n0,1,x\u{7}\n1,0,y\u{1b}]0;z\u{7}\n0.5,0.5,x\u{7}\n",
            ),
            ("esc\u{1b}[31m.json", OBEYED),
            ("out.json", ""),
            ("out.safetensors", ""),
            ("out.onnx", ""),
        ] {
            let path = folder.join(name);
            std::fs::write(&path, content).unwrap();
            files.push(path);
        }
        for example in examples {
            let path = folder.join(example.file_name().unwrap());
            std::fs::copy(example, &path).unwrap();
            files.push(path);
        }
        // A run with a step that is half written, and one that has not begun.
        for folder in ["run", "coming"].map(|name| folder.join(name)) {
            std::fs::create_dir(folder).unwrap();
        }
        for step in 0..4 {
            let text = checkpoint(f64::from(step) * 0.2);
            let length = if step == 2 { text.len() / 2 } else { text.len() };
            std::fs::write(folder.join(format!("run/step-{step}.json")), &text[..length]).unwrap();
        }
        std::fs::write(folder.join("run/log.csv"), "step,loss\n0,1\n1,0.5\n2,nan\n").unwrap();
        let mut app = ExplorerApp::new(Startup::default());
        app.without_dialogs();
        app.keep_settings(folder.join("settings.json"));
        app.keep_unsaved(folder.join("unsaved"));
        assert!(app.wait_for_jobs(LONG));
        let mut window = Harness::builder().with_size(SIZE).build_eframe(|_| app);
        window.run_steps(2);
        let (folder, first_memory) = (folder.to_owned(), resident());
        Soak { window, source: Source::new(seed, files), folder, log: Vec::new(), first_memory }
    }

    /// Carries out a command drawn at random.
    pub fn command(&mut self) {
        let command = self.source.command(self.window.state().session());
        self.log.push(format!("{command:?}").chars().take(300).collect());
        if self.log.len() > 40 {
            self.log.remove(0);
        }
        // A file that comes and goes.
        if self.source.chance(0.01) {
            let path = self.folder.join("gone.json");
            if path.exists() {
                std::fs::remove_file(path).unwrap()
            } else {
                std::fs::copy(self.folder.join("plain.csv"), path).map(drop).unwrap()
            }
        }
        self.window.state_mut().command(command);
        if self.source.chance(WAITING) {
            let timeout = if self.source.chance(0.1) { SHORT * 10 } else { SHORT };
            self.window.state_mut().wait_for_jobs(timeout);
        }
    }

    /// Gives the window an event drawn at random, as from a mouse or a keyboard.
    pub fn event(&mut self) {
        let at = self.position();
        let modifiers = if self.source.chance(0.15) { Modifiers::SHIFT } else { Modifiers::NONE };
        match self.source.below(8) {
            0..=2 => self.window.event(Event::PointerMoved(at)),
            3 | 4 => self.click(at, modifiers),
            5 => {
                let (unit, delta) =
                    (MouseWheelUnit::Point, vec2(0.0, if self.source.chance(0.5) { 60.0 } else { -60.0 }));
                let phase = egui::TouchPhase::Move;
                self.window.event(Event::MouseWheel {
                    unit,
                    delta,
                    modifiers,
                    phase,
                    source: egui::MouseWheelSource::Wheel,
                });
            }
            6 => self.drag(at, modifiers),
            _ => {
                let key = Key::ALL[self.source.below(Key::ALL.len())];
                let modifiers = match self.source.below(6) {
                    // What closes the window ends the run; the question before it is asked by a command.
                    0 if key != Key::Q => Modifiers::COMMAND,
                    1 => Modifiers::SHIFT,
                    _ => Modifiers::NONE,
                };
                self.log.push(format!("{modifiers:?} {key:?}"));
                self.window.key_press_modifiers(modifiers, key);
            }
        }
        self.window.run_steps(1);
    }

    /// What holds at any time.
    pub fn check(&mut self) {
        self.window.run_steps(1);
        let (first, now) = (self.first_memory, resident());
        assert!(now < first + MOST_GROWTH, "{first} bytes of memory became {now} after {:#?}", self.log);
        let told = self.window.state().session().notices.shown();
        let fault =
            told.iter().find(|notice| notice.sentence.contains("mistake") || notice.sentence.contains("a fault in"));
        assert!(fault.is_none(), "{fault:?} after {:#?}", self.log);
        // What was taken out was taken out of this network.
        let session = self.window.state().session();
        for document in [Some(session.wanted()), session.document()].into_iter().flatten() {
            if let (Some(ablated), Some(network)) = (&document.ablated, &document.network) {
                let widths = [&ablated.base, network].map(|network| (network.inputs(), network.outputs()));
                assert!(widths[0] == widths[1], "{widths:?} after {:#?}", self.log);
            }
        }
        // What is typed is shown as it is.
        let typed =
            self.window.state().session().path_prompt.as_ref().map(|prompt| prompt.text.clone()).unwrap_or_default();
        let output = self.window.output();
        for shape in &output.shapes {
            if let Some(text) = obeyed(&shape.shape).filter(|text| *text != typed) {
                panic!("{text:?} is drawn after {:#?}", self.log);
            }
            // A text without letters has no bounds.
            if matches!(&shape.shape, egui::Shape::Text(text) if text.galley.job.text.is_empty()) {
                continue;
            }
            let bounds = shape.shape.visual_bounding_rect();
            let sides = [bounds.min.x, bounds.min.y, bounds.max.x, bounds.max.y];
            let shown = || format!("{:?}", shape.shape).chars().take(600).collect::<String>();
            assert!(sides.iter().all(|side| !side.is_nan()), "{} after {:#?}", shown(), self.log);
            // What draws nothing has no bounds, and what fills everything has none either.
            let draws = bounds.min.x <= bounds.max.x && bounds.min.y <= bounds.max.y;
            let is_finite = sides.iter().all(|side| side.is_finite());
            assert!(!draws || is_finite || bounds == egui::Rect::EVERYTHING, "{} after {:#?}", shown(), self.log);
        }
    }

    /// What is taken back comes again as it was.
    pub fn check_history(&mut self) {
        let app = self.window.state_mut();
        // Neither ends before it was long at work: a training goes on for ever, a film may have any length.
        for task in [Task::Train, Task::Export] {
            app.command(Command::Cancel(task));
        }
        app.command(Command::Leave(LeaveAnswer::Stay));
        assert!(app.wait_for_jobs(LONG), "jobs do not end after {:#?}", self.log);
        if !app.session().history().can_undo() {
            return;
        }
        let Some(before) = app.session().wanted().network.clone() else { return };
        for edit in [EditCommand::Undo, EditCommand::Redo] {
            app.command(Command::Edit(edit));
            assert!(app.wait_for_jobs(LONG), "jobs do not end after {:#?}", self.log);
        }
        let after = app.session().wanted().network.clone();
        // What cannot be shown falls back to what could be.
        let is_same = after.as_ref().is_some_and(|after| Arc::ptr_eq(after, &before) || **after == *before);
        let has_refused = app.session().notices.shown().iter().any(|notice| !notice.details.is_empty());
        assert!(is_same || has_refused, "a change does not come again after {:#?}", self.log);
    }

    fn position(&mut self) -> Pos2 {
        let (right, down) = (self.source.below(SIZE[0] as usize), self.source.below(SIZE[1] as usize));
        pos2(right as f32, down as f32)
    }

    fn click(&mut self, at: Pos2, modifiers: Modifiers) {
        self.log.push(format!("click {at:?}"));
        self.window.event(Event::PointerMoved(at));
        for pressed in [true, false] {
            self.window.event(Event::PointerButton { pos: at, button: PointerButton::Primary, pressed, modifiers });
            self.window.run_steps(1);
        }
    }

    fn drag(&mut self, from: Pos2, modifiers: Modifiers) {
        let to = self.position();
        self.log.push(format!("drag {from:?} {to:?}"));
        let button = |pos, pressed| Event::PointerButton { pos, button: PointerButton::Primary, pressed, modifiers };
        self.window.event(Event::PointerMoved(from));
        self.window.event(button(from, true));
        self.window.run_steps(1);
        self.window.event(Event::PointerMoved(from.lerp(to, 0.5)));
        self.window.run_steps(1);
        self.window.event(Event::PointerMoved(to));
        self.window.event(button(to, false));
    }
}
