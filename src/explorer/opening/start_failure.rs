//! Why the window did not open, in one sentence: what the window library says of it helps nobody.

/// What can be done without a window.
const WITHOUT_WINDOW: &str = "what needs no window works: layerflow inspect, run, flow, refine, convert, train, render and compare (each with --help)";

/// A library of the system that the window library opens at start, and the packages that hold it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Library {
    pub file: &'static str,
    pub debian: &'static str,
    pub fedora: &'static str,
    pub arch: &'static str,
}

const fn library(file: &'static str, debian: &'static str, fedora: &'static str, arch: &'static str) -> Library {
    Library { file, debian, fedora, arch }
}

const LIBRARIES: [Library; 11] = [
    library("libX11.so.6", "libx11-6", "libX11", "libx11"),
    library("libX11-xcb.so.1", "libx11-xcb1", "libX11-xcb", "libx11"),
    library("libxcb.so.1", "libxcb1", "libxcb", "libxcb"),
    library("libXcursor.so.1", "libxcursor1", "libXcursor", "libxcursor"),
    library("libXi.so.6", "libxi6", "libXi", "libxi"),
    library("libxkbcommon-x11.so.0", "libxkbcommon-x11-0", "libxkbcommon-x11", "libxkbcommon-x11"),
    library("libxkbcommon.so.0", "libxkbcommon0", "libxkbcommon", "libxkbcommon"),
    library("libwayland-egl.so.1", "libwayland-egl1", "libwayland-egl", "wayland"),
    library("libwayland-client.so.0", "libwayland-client0", "libwayland-client", "wayland"),
    library("libEGL.so.1", "libegl1", "libglvnd-egl", "libglvnd"),
    library("libGL.so.1", "libgl1", "libglvnd-glx", "libglvnd"),
];

/// What was found of the system after the window library had failed.
#[derive(Clone, Debug, Default)]
pub(super) struct Surroundings {
    /// The display that is asked for, and whether something listens there; none where none is asked for.
    pub display: Option<(String, bool)>,
    /// A library that cannot be opened.
    pub missing: Option<Library>,
}

/// The sentence for what the window library said when it failed.
pub(super) fn sentence(said: &str, found: &Surroundings) -> String {
    format!("The window could not be opened: {}; {WITHOUT_WINDOW}", cause(said, found))
}

fn cause(said: &str, found: &Surroundings) -> String {
    let named = LIBRARIES.iter().find(|library| {
        // Only the part before the version: that is how the sentence of the window library names it.
        let stem = library.file.split(".so").next().unwrap_or(library.file);
        said.contains(&format!("{stem}.so"))
    });
    let Some((display, is_reached)) = &found.display else {
        return "there is no display (neither DISPLAY nor WAYLAND_DISPLAY is set); start layerflow from a desktop session"
            .into();
    };
    if let Some(Library { file, debian, fedora, arch }) = named.or(found.missing.as_ref()) {
        return format!(
            "the library {file} is missing; install it (Debian, Ubuntu: apt install {debian}; Fedora: dnf install \
             {fedora}; Arch: pacman -S {arch})"
        );
    }
    let extensions = [("XRandR", "RANDR"), ("XInput", "XInputExtension"), ("XKB", "XKEYBOARD")];
    if let Some((_, extension)) = extensions.iter().find(|(word, _)| said.contains(word)) {
        return format!(
            "the display {display} has no extension {extension}, which the window needs; start its server with it"
        );
    }
    let of_threads = ["spawn thread", "Resource temporarily unavailable", "WouldBlock"];
    if of_threads.iter().any(|part| said.contains(part)) {
        return "the system gives this program no more threads; close other programs, or raise the limit (ulimit -u)"
            .into();
    }
    if !is_reached {
        return format!("the display {display} cannot be reached; start layerflow from a desktop session");
    }
    let of_connection = said.is_empty() || ["not supported", "open connection"].iter().any(|part| said.contains(part));
    if of_connection {
        return format!(
            "the display {display} is there but refuses this program; start layerflow as the user whose desktop it is"
        );
    }
    // What the window that the processor draws says of its failures.
    if said.starts_with("the display ") {
        return said.to_owned();
    }
    format!(
        "{said}; OpenGL 2.1 or newer is needed, or OpenGL ES 2 (Debian, Ubuntu: apt install libgl1-mesa-dri; Fedora: dnf install \
         mesa-dri-drivers; Arch: pacman -S mesa); without --renderer gl the processor draws the window"
    )
}

/// Looks at the system.
#[cfg(target_os = "linux")]
pub(super) fn surroundings() -> Surroundings {
    let variable = |name: &str| std::env::var(name).ok().filter(|value| !value.is_empty());
    let wayland = variable("WAYLAND_DISPLAY").map(|display| {
        let is_reached = linux::listens_wayland(&display);
        (display, is_reached)
    });
    let x11 = variable("DISPLAY").map(|display| {
        let is_reached = linux::listens_x11(&display);
        (display, is_reached)
    });
    let reached = |display: &Option<(String, bool)>| display.as_ref().is_some_and(|(_, is_reached)| *is_reached);
    let missing = match (reached(&wayland), reached(&x11)) {
        (_, true) => linux::missing_x11(),
        (true, false) => linux::missing_wayland(),
        (false, false) => None,
    };
    let missing = missing.and_then(|file| LIBRARIES.iter().find(|library| library.file == file)).copied();
    let display = if reached(&wayland) { wayland.or(x11) } else { x11.or(wayland) };
    Surroundings { display, missing }
}

/// Looks at the system, which always has a display.
#[cfg(not(target_os = "linux"))]
pub(super) fn surroundings() -> Surroundings {
    Surroundings { display: Some(("of the desktop".into(), true)), missing: None }
}

#[cfg(target_os = "linux")]
mod linux {
    use std::os::linux::net::SocketAddrExt;
    use std::os::unix::net::{SocketAddr, UnixStream};
    use std::path::PathBuf;

    use super::{LIBRARIES, Library};

    /// The first library that cannot be opened of those that a window on X11 needs.
    pub(super) fn missing_x11() -> Option<&'static str> {
        let said = [
            ("libX11.so.6", x11_dl::xlib::Xlib::open().err()),
            ("libX11-xcb.so.1", x11_dl::xlib_xcb::Xlib_xcb::open().err()),
            ("libXcursor.so.1", x11_dl::xcursor::Xcursor::open().err()),
            ("libXi.so.6", x11_dl::xinput2::XInput2::open().err()),
        ];
        let of_x11 = said.into_iter().find_map(|(file, error)| Some((file, error?))).map(|(file, error)| {
            // A library that is there may need another that is not.
            let other = |library: &&Library| library.file != file && error.detail().contains(library.file);
            LIBRARIES.iter().find(other).map_or(file, |library| library.file)
        });
        let of_keyboard = [
            ("libxkbcommon.so.0", xkbcommon_dl::xkbcommon_option().is_some()),
            ("libxkbcommon-x11.so.0", xkbcommon_dl::x11::xkbcommon_x11_option().is_some()),
        ];
        of_x11.or_else(|| of_keyboard.into_iter().find(|(_, is_there)| !is_there).map(|(file, _)| file))
    }

    /// The same on Wayland.
    pub(super) fn missing_wayland() -> Option<&'static str> {
        let is_there = [
            ("libwayland-client.so.0", wayland_sys::client::is_lib_available()),
            ("libwayland-egl.so.1", wayland_sys::egl::is_lib_available()),
            ("libxkbcommon.so.0", xkbcommon_dl::xkbcommon_option().is_some()),
        ];
        is_there.into_iter().find(|(_, is_there)| !is_there).map(|(file, _)| file)
    }

    /// Whether an X server listens at this display. Those of other computers are taken to.
    pub(super) fn listens_x11(display: &str) -> bool {
        let Some((host, number)) = display.rsplit_once(':') else { return false };
        if !matches!(host, "" | "unix") {
            return true;
        }
        let number = number.split('.').next().unwrap_or_default();
        let path = format!("/tmp/.X11-unix/X{number}");
        let nameless = SocketAddr::from_abstract_name(&path).and_then(|address| UnixStream::connect_addr(&address));
        nameless.is_ok() || UnixStream::connect(path).is_ok()
    }

    /// Whether a compositor listens at this display.
    pub(super) fn listens_wayland(display: &str) -> bool {
        let folder = std::env::var_os("XDG_RUNTIME_DIR").map(PathBuf::from).unwrap_or_default();
        UnixStream::connect(folder.join(display)).is_ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(is_reached: bool, missing: Option<&str>) -> Surroundings {
        let missing = missing.map(|file| *LIBRARIES.iter().find(|library| library.file == file).unwrap());
        Surroundings { display: Some((":0".into(), is_reached)), missing }
    }

    #[test]
    fn a_missing_library_is_named_with_its_packages() {
        let text = sentence("Library libxkbcommon-x11.so could not be loaded.", &found(true, None));
        for part in
            ["libxkbcommon-x11.so.0", "apt install libxkbcommon-x11-0", "dnf install", "pacman -S libxkbcommon-x11"]
        {
            assert!(text.contains(part), "{text}");
        }
        let text = sentence("not supported", &found(true, Some("libXcursor.so.1")));
        assert!(text.contains("libxcursor1") && !text.contains("no display"), "{text}");
        let text = sentence("Library libwayland-egl.so could not be loaded.", &found(true, None));
        assert!(text.contains("apt install libwayland-egl1"), "{text}");
    }

    #[test]
    fn no_display_is_said_only_where_there_is_none() {
        let none = sentence("not supported", &Surroundings::default());
        assert!(none.contains("there is no display") && none.contains("layerflow inspect"), "{none}");
        assert!(sentence("not supported", &found(false, None)).contains("display :0 cannot be reached"));
        assert!(sentence("not supported", &found(true, None)).contains("refuses this program"));
        let randr = sentence("failed to request XRandR version: UnsupportedExtension", &found(true, None));
        assert!(randr.contains("no extension RANDR"), "{randr}");
        let threads = sentence("failed to spawn thread: Os { code: 11, kind: WouldBlock }", &found(true, None));
        assert!(threads.contains("no more threads"), "{threads}");
        let pixels = sentence("the display takes no picture: no visual", &found(true, None));
        assert!(pixels.contains("no visual;") && !pixels.contains("OpenGL"), "{pixels}");
        assert!(sentence("no configs", &found(true, None)).contains("OpenGL 2.1"));
    }
}
