//! Tells the program its version: with the commit where it is built to be used.

use std::env;
use std::process::Command;

fn main() {
    let version = env::var("CARGO_PKG_VERSION").unwrap_or_default();
    println!("cargo:rerun-if-changed=build.rs");
    println!("cargo:rerun-if-env-changed=LAYERFLOW_COMMIT");
    // While it is worked on every commit would compile everything anew for the sake of its name.
    let is_release = env::var("PROFILE").is_ok_and(|profile| profile == "release");
    // Who builds from an archive may say the commit.
    let given = env::var("LAYERFLOW_COMMIT").ok().filter(|commit| !commit.trim().is_empty());
    let commit = given.or_else(|| is_release.then(commit).flatten());
    let version = match commit {
        Some(commit) => format!("{version} ({})", commit.trim()),
        None => version,
    };
    println!("cargo:rustc-env=LAYERFLOW_VERSION={version}");
}

/// The commit that is checked out; `None` where there is no git, or no repository.
fn commit() -> Option<String> {
    for file in ["HEAD", "logs/HEAD"] {
        if let Some(path) = git(&["rev-parse", "--git-path", file]) {
            println!("cargo:rerun-if-changed={path}");
        }
    }
    let commit = git(&["rev-parse", "--short=12", "HEAD"])?;
    let is_changed = git(&["status", "--porcelain", "--untracked-files=no"]).is_some_and(|changes| !changes.is_empty());
    Some(if is_changed { format!("{commit}, changed") } else { commit })
}

fn git(arguments: &[&str]) -> Option<String> {
    let output = Command::new("git").args(arguments).output().ok().filter(|output| output.status.success())?;
    Some(String::from_utf8(output.stdout).ok()?.trim().to_owned())
}
