//! Jobs that fail in a way nobody foresaw: each is told, and what was open stays.

use layerflow::session::{DerivedKind, Outcome, Task};

use super::window::{command, first_start};

#[test]
fn a_job_that_fails_is_told_whatever_it_was() {
    let tasks = [
        Task::Read,
        Task::ReadData,
        Task::Build,
        Task::Derive(DerivedKind::Refined),
        Task::Derive(DerivedKind::LayerDetail),
        Task::Spectrum,
        Task::Save,
        Task::Train,
        Task::Dialog,
        Task::KeepSettings,
        Task::Unsaved,
    ];
    let mut window = first_start();
    let name = window.state().session().document().unwrap().network_name();
    for task in tasks {
        window.state_mut().receive(Outcome::Failed(task, "index out of bounds (src/x.rs:1)".into()));
        window.run_steps(1);
        let session = window.state().session();
        let told = session.notices.shown().last().unwrap();
        assert!(told.sentence.starts_with(task.label()), "{told:?}");
        assert!(told.details.contains("index out of bounds"), "{told:?}");
        assert_eq!(session.document().unwrap().network_name(), name);
    }
    // It still does what it is asked for.
    command(&mut window, layerflow::session::Command::Flow(Default::default()));
    assert!(window.state().session().scene().is_some());
}
