use super::*;

const KINDS: [PhaseKind; 8] = [
    PhaseKind::RotateIn,
    PhaseKind::Compress,
    PhaseKind::RotateOut,
    PhaseKind::Stretch,
    PhaseKind::Rotate,
    PhaseKind::Shift,
    PhaseKind::Activate,
    PhaseKind::Residual,
];

#[test]
fn phase_colours_differ_from_each_other_and_from_the_data() {
    let distance = |a: Color32, b: Color32| -> i32 {
        let ([r, g, b_, _], [r2, g2, b2, _]) = (a.to_array(), b.to_array());
        [(r, r2), (g, g2), (b_, b2)].iter().map(|(x, y)| (i32::from(*x) - i32::from(*y)).abs()).sum()
    };
    for palette in [&LIGHT, &DARK] {
        for (i, kind) in KINDS.into_iter().enumerate() {
            for other in &KINDS[i + 1..] {
                assert!(distance(palette.phase(kind), palette.phase(*other)) > 40, "{kind:?} {other:?}");
            }
            for class in 0..DATA_COLOURS {
                assert!(distance(palette.phase(kind), palette.class(class)) > 40, "{kind:?} class {class}");
            }
        }
    }
}

#[test]
fn text_and_points_stand_out_from_their_ground() {
    for (palette, visuals) in [(&LIGHT, Visuals::light()), (&DARK, Visuals::dark())] {
        for ground in [palette.stage, palette.track, visuals.panel_fill, visuals.window_fill, visuals.faint_bg_color] {
            let ground = palette.stage.blend(ground);
            for ink in [palette.ink, palette.faint_ink] {
                assert!(contrast(ink, ground) >= TEXT_CONTRAST, "{ink:?} on {ground:?}: {}", contrast(ink, ground));
            }
        }
        for ink in [palette.warning, palette.error_large] {
            let on_panel = contrast(ink, visuals.panel_fill);
            assert!(on_panel >= TEXT_CONTRAST, "{ink:?}: {on_panel}");
        }
        for kind in KINDS {
            assert!(contrast(palette.phase_ink(kind), palette.stage) >= TEXT_CONTRAST, "{kind:?}");
            assert!(contrast(palette.phase(kind), palette.stage) >= 3.0, "{kind:?}");
        }
        let points = (0..DATA_COLOURS).map(|class| palette.class(class)).chain([palette.unlabelled]);
        for colour in points {
            assert!(contrast(colour, palette.stage) >= 3.0, "{colour:?}: {}", contrast(colour, palette.stage));
        }
    }
}

#[test]
fn the_colour_of_errors_is_the_hue_of_no_phase() {
    let hue = |colour: Color32| egui::epaint::Hsva::from(colour).h;
    for palette in [&LIGHT, &DARK] {
        for kind in KINDS {
            let apart = (hue(palette.phase(kind)) - hue(palette.error_large)).abs();
            assert!(apart.min(1.0 - apart) > 0.05, "{kind:?}: {apart}");
        }
    }
}

#[test]
fn figures_keep_their_width_and_sign() {
    assert_eq!(figure(-0.001, 2), "0.00");
    assert_eq!(figure(-1.5, 2), "\u{2212}1.50");
    assert_eq!(figure(12.345, 1), "12.3");
    assert_eq!(significant(0.0), "0");
    assert_eq!(significant(0.12345), "0.123");
    assert_eq!(significant(123.45), "123");
    assert_eq!(significant(-2.0e-9), "\u{2212}2.0e\u{2212}9");
    assert_eq!(significant(f64::NAN), "not a number");
}

#[test]
fn digits_are_equally_wide() {
    let output = Context::default().run_ui(egui::RawInput::default(), |ui| {
        let width = |digit| ui.fonts_mut(|fonts| fonts.glyph_width(&body_font(), digit));
        assert!(width('0') > 1.0);
        for digit in "0123456789".chars() {
            assert!((width(digit) - width('0')).abs() < 0.26, "{digit:?} is {} wide", width(digit));
        }
    });
    output.drop_without_applying_deltas();
}
