//! What is computed from the open scene in the background: asked for, taken over, thrown away.

use crate::session::derived::Stored;
use crate::session::{DerivedOutput, Effect, Refined, Session, Severity};

/// Asks for the results that are wanted now and cancels those that are not any more; `seconds` have passed since the last
/// call.
pub fn watch(session: &mut Session, seconds: f64) -> Vec<Effect> {
    let rests = !session.scrubs_checkpoints();
    let Some((situation, results)) = session.situation_and_results() else { return Vec::new() };
    results.watch(&situation, seconds, rests).into_iter().map(Effect::from).collect()
}

/// Asks for the ResNet that the view needs, if it is neither there nor under way.
pub fn refine(session: &mut Session, effects: &mut Vec<Effect>) {
    if let Some((situation, results)) = session.situation_and_results() {
        effects.extend(results.watch_one(Refined::KIND, &situation).into_iter().map(Effect::from));
    }
}

/// Takes what came of the work.
pub fn accept(session: &mut Session, output: DerivedOutput) {
    let Some(shown) = &session.shown else { return };
    if let Some(failure) = session.derived.accept(&shown.scene, output) {
        session.notices.add(Severity::Error, failure.sentence, failure.details);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::session::testing::session;
    use crate::session::{
        Command, DerivedJob, DerivedKind, DerivedWork, LayerDetail, LayerOverview, Outcome, PanelCommand, PanelPart,
        PlaybackCommand, Task,
    };

    /// What the session asks for now, of this kind.
    fn asked(session: &mut Session, kind: DerivedKind) -> Option<DerivedJob> {
        session.watch_derived(1.0).into_iter().find_map(|effect| match effect {
            Effect::Derive(job) if job.kind == kind => Some(job),
            _ => None,
        })
    }

    #[test]
    fn findings_wait_until_a_scene_is_one_to_look_at() {
        let mut session = session();
        let kinds = |session: &mut Session, rests| -> Vec<DerivedKind> {
            let (situation, results) = session.situation_and_results().unwrap();
            let kind = |work| match work {
                DerivedWork::Start(job) => Some(job.kind),
                DerivedWork::Cancel(_) => None,
            };
            results.watch(&situation, 1.0, rests).into_iter().filter_map(kind).collect()
        };
        let on_the_way = kinds(&mut session, false);
        assert!(on_the_way.contains(&DerivedKind::LayerDetail) && !on_the_way.contains(&DerivedKind::Findings));
        assert!(kinds(&mut session, true).contains(&DerivedKind::Findings));
    }

    #[test]
    fn a_detail_is_asked_for_once_and_kept() {
        let mut session = session();
        let job = asked(&mut session, DerivedKind::LayerDetail).unwrap();
        assert_eq!(job.title, "Preparing layer 1 for the panel");
        assert!(asked(&mut session, DerivedKind::LayerDetail).is_none() && session.detail(0).is_none());
        session.receive(Outcome::Derived(job.run(&mut |_, _| true)));
        assert!(session.detail(0).is_some() && asked(&mut session, DerivedKind::LayerDetail).is_none());
        // Another layer is asked for when the panel comes to it.
        session.apply(Command::Playback(PlaybackCommand::Seek(2.5)));
        let job = asked(&mut session, DerivedKind::LayerDetail).unwrap();
        assert_eq!(job.title, "Preparing layer 3 for the panel");
        session.receive(Outcome::Derived(job.run(&mut |_, _| true)));
        assert!(session.detail(0).is_some() && session.detail(2).is_some());
    }

    #[test]
    fn what_was_stopped_is_not_begun_again() {
        let mut session = session();
        assert!(asked(&mut session, DerivedKind::LayerDetail).is_some());
        session.apply(Command::Cancel(Task::Derive(DerivedKind::LayerDetail)));
        assert!(session.is_given_up::<LayerDetail>() && asked(&mut session, DerivedKind::LayerDetail).is_none());
    }

    #[test]
    fn the_overview_is_made_while_its_panel_is_open() {
        let mut session = session();
        assert!(asked(&mut session, DerivedKind::LayerOverview).is_none());
        session.view.panel.apply(PanelCommand::TogglePart(PanelPart::AllLayers));
        assert!(asked(&mut session, DerivedKind::LayerOverview).is_some());
        assert!(asked(&mut session, DerivedKind::LayerOverview).is_none());
        session.view.panel.apply(PanelCommand::TogglePart(PanelPart::AllLayers));
        let task = Task::Derive(DerivedKind::LayerOverview);
        assert!(
            session.watch_derived(1.0).iter().any(|effect| matches!(effect, Effect::Cancel(ended) if *ended == task))
        );
        session.view.panel.apply(PanelCommand::TogglePart(PanelPart::AllLayers));
        assert!(asked(&mut session, DerivedKind::LayerOverview).is_some());
        session.apply(Command::Cancel(task));
        assert!(session.is_given_up::<LayerOverview>() && asked(&mut session, DerivedKind::LayerOverview).is_none());
    }

    #[test]
    fn a_result_that_was_cancelled_inside_its_work_is_not_told_as_an_error() {
        let mut session = session();
        let job = asked(&mut session, DerivedKind::LayerDetail).unwrap();
        session.receive(Outcome::Derived(job.run(&mut |_, _| false)));
        assert!(session.notices.shown().is_empty() && session.is_given_up::<LayerDetail>());
    }
}
