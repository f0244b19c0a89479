//! Files that belong to another one and lie beside it: nothing outside its folder is even looked up.

use std::path::{Component, Path, PathBuf};

/// The file that the one at `path` names as its companion; in words that follow `has its values in …, which`, why it is
/// not taken.
///
/// Links are followed within the folder. Where the file at `path` is itself a link, the folder in which it lies counts as
/// well: stores of models keep all files of a model side by side and link to them.
///
/// # Errors
/// If it is not in the folder of the file, or not there.
pub fn companion(path: &Path, location: &Path) -> Result<PathBuf, String> {
    let is_inside = |part: Component<'_>| matches!(part, Component::Normal(_) | Component::CurDir);
    if location.as_os_str().is_empty() || !location.components().all(is_inside) {
        return Err("is not in the folder of the file".into());
    }
    let unreadable = |error: std::io::Error| format!("cannot be read ({error})");
    let file = path.with_file_name("").join(location);
    if cfg!(target_arch = "wasm32") {
        // A page has no folders and no links: what is given to it together lies together.
        let given = super::is_file(&file).then_some(file);
        return given.ok_or_else(|| "was not given to the page; give both files together".into());
    }
    // A folder that is named by nothing is the current one.
    let folder = match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    };
    let folders =
        [folder.canonicalize().ok(), path.canonicalize().ok().and_then(|real| Some(real.parent()?.to_owned()))];
    // The folders of a path are resolved one by one: a link that leaves is not followed to what it names.
    let mut reached = file.parent().unwrap_or(folder).to_owned();
    if reached.as_os_str().is_empty() {
        reached = folder.to_owned();
    }
    let within = |real: &Path| folders.iter().flatten().any(|folder| real.starts_with(folder));
    let leaves = || "is a link out of the folder of the file; put a copy of what it names there".to_owned();
    if !within(&reached.canonicalize().map_err(unreadable)?) {
        return Err(leaves());
    }
    match file.canonicalize() {
        Ok(real) if within(&real) => Ok(file),
        Ok(_) => Err(leaves()),
        Err(error) => Err(unreadable(error)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_beside_is_found_and_what_is_not_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir(folder.path().join("parts")).unwrap();
        std::fs::write(folder.path().join("parts/a.bin"), "1").unwrap();
        let main = folder.path().join("model.onnx");
        std::fs::write(&main, "2").unwrap();
        assert!(companion(&main, Path::new("parts/a.bin")).is_ok());
        assert!(companion(&main, Path::new("./parts/a.bin")).is_ok());
        for outside in ["../model.onnx", "/etc/hostname", "parts/../../x", ""] {
            assert!(companion(&main, Path::new(outside)).unwrap_err().contains("not in the folder"), "{outside}");
        }
        assert!(companion(&main, Path::new("gone.bin")).unwrap_err().contains("cannot be read"));
    }

    #[cfg(unix)]
    #[test]
    fn links_are_followed_within_the_folder_only() {
        use std::os::unix::fs::symlink;
        let outer = tempfile::tempdir().unwrap();
        let folder = outer.path().join("snapshot");
        std::fs::create_dir(&folder).unwrap();
        std::fs::write(outer.path().join("secret"), "1").unwrap();
        std::fs::write(folder.join("real.bin"), "2").unwrap();
        symlink("real.bin", folder.join("inner.bin")).unwrap();
        symlink("../secret", folder.join("leak.bin")).unwrap();
        symlink("..", folder.join("up")).unwrap();
        let main = folder.join("model.json");
        std::fs::write(&main, "3").unwrap();
        assert!(companion(&main, Path::new("inner.bin")).is_ok());
        for leaving in ["leak.bin", "up/secret"] {
            assert!(companion(&main, Path::new(leaving)).unwrap_err().contains("link out of the folder"), "{leaving}");
        }
    }

    /// A store of models keeps its files under other names and links to them from another folder.
    #[cfg(unix)]
    #[test]
    fn a_file_that_is_a_link_lies_beside_what_its_own_target_lies_beside() {
        use std::os::unix::fs::symlink;
        let store = tempfile::tempdir().unwrap();
        let (blobs, snapshot) = (store.path().join("blobs"), store.path().join("snapshot"));
        std::fs::create_dir(&blobs).unwrap();
        std::fs::create_dir(&snapshot).unwrap();
        for (blob, name) in [("1", "index.json"), ("2", "part.bin")] {
            std::fs::write(blobs.join(blob), name).unwrap();
            symlink(Path::new("../blobs").join(blob), snapshot.join(name)).unwrap();
        }
        assert!(companion(&snapshot.join("index.json"), Path::new("part.bin")).is_ok());
    }
}
