//! `layerflow render`: pictures and films of the networks that come with the program, read back by other decoders.

use std::fs;
use std::io::Cursor;
use std::path::Path;

use tempfile::TempDir;

use crate::support::{data, layerflow, refusal};

fn render(folder: &TempDir, name: &str, arguments: &[&str]) -> Vec<u8> {
    let path = folder.path().join(name).display().to_string();
    let output = layerflow(&[&["render", "--out", &path], arguments].concat());
    assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    fs::read(path).unwrap()
}

/// The size and the pixels of a PNG, four bytes each.
fn decoded(bytes: &[u8]) -> ([u32; 2], Vec<[u8; 4]>) {
    let mut decoder = png::Decoder::new(Cursor::new(bytes));
    decoder.set_transformations(png::Transformations::ALPHA);
    let mut reader = decoder.read_info().unwrap();
    let mut pixels = vec![0; reader.output_buffer_size().unwrap()];
    let info = reader.next_frame(&mut pixels).unwrap();
    pixels.truncate(info.buffer_size());
    ([info.width, info.height], pixels.as_chunks::<4>().0.to_vec())
}

/// The share of pixels that are not of the colour that most are.
fn drawn_share(pixels: &[[u8; 4]]) -> f64 {
    let mut counts = std::collections::HashMap::new();
    pixels.iter().for_each(|pixel| *counts.entry(pixel).or_insert(0usize) += 1);
    1.0 - *counts.values().max().unwrap() as f64 / pixels.len() as f64
}

#[test]
fn a_picture_of_every_kind_of_network_is_drawn_and_comes_back_the_same() {
    let folder = tempfile::tempdir().unwrap();
    for (example, t) in [("spiral", "2.4"), ("digits", "0.7"), ("residual-spiral", "1.5")] {
        let arguments = ["--example", example, "--at", t, "--size", "400x300", "--pixel-scale", "1.5"];
        let first = render(&folder, "first.png", &arguments);
        let (size, pixels) = decoded(&first);
        assert_eq!(size, [600, 450], "{example}");
        let share = drawn_share(&pixels);
        assert!((0.03..0.9).contains(&share), "{example}: {share} of the picture is drawn on");
        let colours = pixels.iter().filter(|[r, g, b, _]| r.max(g).max(b) - r.min(g).min(b) > 60).count();
        assert!(colours > 500, "{example}: {colours} pixels have a colour");
        assert!(first == render(&folder, "second.png", &arguments), "{example}: the second run gave other bytes");
    }
}

#[test]
fn themes_and_captions_are_as_asked_for() {
    let folder = tempfile::tempdir().unwrap();
    let base =
        ["--example", "circles", "--at", "0.5", "--size", "300x200", "--hide", "grid,trails", "--without", "all"];
    let corner = |name: &str, theme: &str| {
        let (_, pixels) = decoded(&render(&folder, name, &[&base[..], &["--theme", theme]].concat()));
        pixels[0]
    };
    assert_eq!(corner("light.png", "light"), [255; 4]);
    assert_eq!(corner("dark.png", "dark"), [0x14, 0x15, 0x18, 255]);
    assert_eq!(corner("clear.png", "transparent")[3], 0);
    let top = |bytes: &[u8]| decoded(bytes).1[..300 * 20].iter().filter(|pixel| **pixel != [255; 4]).count();
    let bare = top(&render(&folder, "bare.png", &base));
    let named = [&base[..8], &["--heading", "Two rings"]].concat();
    assert!(bare < 100 && top(&render(&folder, "named.png", &named)) > bare + 300);
}

#[test]
fn films_have_their_frames_and_their_time() {
    let folder = tempfile::tempdir().unwrap();
    let arguments =
        ["--example", "moons", "--size", "160x120", "--from", "0.2", "--to", "1", "--seconds", "0.6", "--fps", "10"];
    let with_rest = [&arguments[..], &["--rest", "0.5"]].concat();
    let gif = render(&folder, "a.gif", &with_rest);
    let mut options = gif::DecodeOptions::new();
    options.set_color_output(gif::ColorOutput::RGBA);
    let mut decoder = options.read_info(&gif[..]).unwrap();
    assert_eq!((decoder.width(), decoder.height()), (160, 120));
    let mut delays = Vec::new();
    while let Some(frame) = decoder.read_next_frame().unwrap() {
        delays.push(frame.delay);
    }
    assert_eq!(delays, [10, 10, 10, 10, 10, 60]);
    assert!(gif == render(&folder, "b.gif", &with_rest));

    let apng = render(&folder, "a.apng", &arguments);
    let reader = png::Decoder::new(Cursor::new(&apng)).read_info().unwrap();
    let control = reader.info().animation_control().unwrap();
    assert_eq!((control.num_frames, control.num_plays), (6, 0));
    // The first frame is the picture of its time.
    let still = render(&folder, "still.png", &["--example", "moons", "--size", "160x120", "--at", "0.2"]);
    assert_eq!(decoded(&apng), decoded(&still));

    let webp = render(&folder, "a.webp", &[&arguments[..], &["--loop", "2"]].concat());
    let mut decoder = image_webp::WebPDecoder::new(Cursor::new(webp)).unwrap();
    assert_eq!((decoder.num_frames(), decoder.loop_duration()), (6, 600));
    let mut first = vec![0; decoder.output_buffer_size().unwrap()];
    decoder.read_frame(&mut first).unwrap();
    let still = decoded(&still).1.concat();
    let still = if decoder.has_alpha() {
        still
    } else {
        still.as_chunks::<4>().0.iter().flat_map(|p| p[..3].to_vec()).collect()
    };
    assert_eq!(first, still);

    let frames = folder.path().join("frames/");
    let output = layerflow(&[&["render", "--out", &frames.display().to_string()], &arguments[..]].concat());
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    assert_eq!(fs::read_dir(&frames).unwrap().count(), 6);
    assert_eq!(decoded(&fs::read(frames.join("frame-0001.png")).unwrap()).0, [160, 120]);
}

#[test]
fn vectors_hold_text_lines_and_points() {
    let folder = tempfile::tempdir().unwrap();
    let arguments = ["--example", "spiral", "--at", "2.4", "--size", "400x300", "--heading", "a < b & c"];
    let svg = String::from_utf8(render(&folder, "a.svg", &arguments)).unwrap();
    assert!(svg == String::from_utf8(render(&folder, "b.svg", &arguments)).unwrap());
    assert!(svg.contains("a &lt; b &amp; c") && svg.contains("whole truth") && svg.contains("t = 2.40"), "{svg}");
    assert!(svg.matches("<circle").count() > 200 && svg.matches("<polyline").count() > 20 && !svg.contains("<image"));
    // Every element is closed, and none of another name closes it.
    let mut open: Vec<&str> = Vec::new();
    for tag in svg.split('<').skip(1) {
        let (tag, _) = tag.split_once('>').unwrap();
        match tag.strip_prefix('/') {
            Some(closed) => assert_eq!(open.pop(), Some(closed)),
            None if tag.ends_with('/') => {}
            None => open.push(tag.split(' ').next().unwrap()),
        }
    }
    assert!(open.is_empty());
    let many = [
        "--example",
        "circles",
        "--data",
        "circles",
        "--samples",
        "20500",
        "--size",
        "200x150",
        "--hide",
        "grid,trails",
    ];
    let svg = String::from_utf8(render(&folder, "c.svg", &many)).unwrap();
    assert!(svg.contains("<image") && svg.matches("<circle").count() < 10 && svg.len() < 400_000, "{}", svg.len());
}

#[test]
fn the_view_is_as_asked_for() {
    let folder = tempfile::tempdir().unwrap();
    let base = ["--example", "spiral", "--at", "0.6", "--size", "300x200"];
    let mut seen = vec![render(&folder, "a.png", &base)];
    for options in [
        &["--projection", "1,2"][..],
        &["--projection", "pca"],
        &["--projection", "pca3", "--camera", "90,0"],
        &["--projection", "follow"],
        &["--projection", "classes:0,1"],
        &["--projection", "pca", "--fit", "still"],
        &["--projection", "pca", "--show", "answers"],
        &["--projection", "pca", "--resnet", "2"],
        &["--projection", "pca", "--resnet", "2", "--compare", "side-by-side"],
        &["--projection", "pca", "--point-size", "1"],
        &["--projection", "pca", "--colour", "mistakes"],
        &["--projection", "pca", "--zoom", "3", "--pan", "0.1,0.2"],
        &["--what", "window"],
    ] {
        let picture = render(&folder, "a.png", &[&base[..], options].concat());
        assert!(!seen.contains(&picture), "{options:?} changes nothing");
        seen.push(picture);
    }
}

#[test]
fn what_makes_no_picture_is_told_in_one_sentence() {
    let folder = tempfile::tempdir().unwrap();
    let refused = |name: &str, arguments: &[&str]| {
        let path = folder.path().join(name).display().to_string();
        let sentence = refusal(&[&["render", "--out", &path], arguments].concat(), 2);
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0, "{sentence}");
        sentence
    };
    assert!(refused("a.jpg", &["--example", "spiral"]).contains(".png, .svg"));
    assert!(refused("a.png", &["--example", "spiral", "--at", "9"]).contains("from 0 to"));
    assert!(refused("a.png", &["--example", "spiral", "--fps", "9"]).contains("is for films"));
    assert!(refused("a.gif", &["--example", "spiral", "--at", "1"]).contains("holds a film"));
    assert!(refused("a.gif", &["--example", "spiral", "--fps", "90"]).contains("at most 50"));
    assert!(refused("a.png", &["--example", "spiral", "--projection", "1,9"]).contains("no coordinate 9"));
    assert!(refused("a.png", &["--example", "spiral", "--projection", "sideways"]).contains("no projection"));
    assert!(refused("a.png", &["--example", "moons", "--projection", "1,2", "--camera", "9,9"]).contains("turned"));
    assert!(refused("a.png", &["--example", "spiral", "--colour", "taste"]).contains("taste"));
    assert!(refused("a.png", &["--example", "spiral", "--show", "pictures"]).contains("square"));
    assert!(refused("a.png", &["--example", "spiral", "--show", "arrows", "--resnet", "4"]).contains("plain net"));
    assert!(refused("a.svg", &["--example", "spiral", "--what", "window"]).contains("PNG"));
    assert!(refused("a.png", &["--example", "spiral", "--pixel-scale", "99"]).contains("scale"));
    assert!(refused("a.png", &["--example", "spiral", "--size", "90000x90000"]).contains("pixels"));
    let missing = folder.path().join("none/a.png").display().to_string();
    assert!(refusal(&["render", "--example", "spiral", "--out", &missing], 1).contains("none"));
}

#[test]
fn a_file_of_one_s_own_is_drawn_with_data_or_without() {
    let folder = tempfile::tempdir().unwrap();
    let network = data("cases/reflection-2d/network.json").display().to_string();
    let path = folder.path().join("a.png").display().to_string();
    let output = layerflow(&["render", &network, "--out", &path, "--size", "200x150"]);
    assert!(output.status.success());
    assert!(String::from_utf8_lossy(&output.stderr).contains("without --data"));
    assert!(Path::new(&path).exists());
    let (points, clash) = (folder.path().join("points.png"), folder.path().join("points.png").display().to_string());
    fs::write(&points, "1,2\n").unwrap();
    let sentence = refusal(&["render", &network, "--data", &clash, "--out", &clash], 2);
    assert!(sentence.contains("--force"), "{sentence}");
}

#[test]
#[cfg(unix)]
fn a_film_for_ffmpeg_goes_through_it_or_is_refused() {
    use std::os::unix::fs::PermissionsExt;
    use std::process::Command;

    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.mp4");
    let run = |programs: &str| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_layerflow"));
        command.args([
            "render",
            "--example",
            "moons",
            "--size",
            "64x48",
            "--seconds",
            "0.5",
            "--fps",
            "10",
            "--rest",
            "0.2",
        ]);
        command.arg("--out").arg(&path).env("PATH", programs).output().unwrap()
    };
    let without = run("");
    let message = String::from_utf8_lossy(&without.stderr).into_owned();
    assert!(!without.status.success() && message.contains("not on the PATH") && !path.exists(), "{message}");
    // One that writes what it is given, to the last name of its command line.
    let fake = folder.path().join("ffmpeg");
    fs::write(&fake, "#!/bin/sh\nfor last; do :; done\ncat > \"$last\"\n").unwrap();
    fs::set_permissions(&fake, fs::Permissions::from_mode(0o755)).unwrap();
    let programs = format!("{}:/usr/bin:/bin", folder.path().display());
    let with = run(&programs);
    assert!(with.status.success(), "{}", String::from_utf8_lossy(&with.stderr));
    assert_eq!(fs::metadata(&path).unwrap().len(), (5 + 2) * 64 * 48 * 3);
    fs::write(&fake, "#!/bin/sh\ncat > /dev/null\necho 'no such codec' >&2\nexit 1\n").unwrap();
    fs::remove_file(&path).unwrap();
    let failing = run(&programs);
    let message = String::from_utf8_lossy(&failing.stderr).into_owned();
    assert!(!failing.status.success() && message.contains("no such codec") && !path.exists(), "{message}");
}

#[test]
#[cfg(unix)]
fn a_film_that_is_interrupted_leaves_nothing() {
    use std::process::{Command, Stdio};

    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.gif");
    let mut command = Command::new(env!("CARGO_BIN_EXE_layerflow"));
    command.args(["render", "--example", "moons", "--size", "320x240", "--seconds", "60", "--fps", "50", "--out"]);
    let mut child = command.arg(&path).stderr(Stdio::piped()).spawn().unwrap();
    // It is in the middle of its work when there is something of it.
    while fs::read_dir(folder.path()).unwrap().count() == 0 && child.try_wait().unwrap().is_none() {
        std::thread::yield_now();
    }
    let killed = Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap();
    let output = child.wait_with_output().unwrap();
    assert!(killed.success() && output.status.code() == Some(130), "{:?}", output.status);
    assert!(String::from_utf8_lossy(&output.stderr).contains("SIGINT"));
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
}
