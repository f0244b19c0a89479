//! Signals that ask the program to end: from a terminal that is closed, Ctrl C, or the desktop when it shuts down.

/// Has `on_signal` called with the name of the signal when the program is asked to end. Ending is left to `on_signal`; what
/// it gives is how long the program may still take, after which it is ended.
///
/// Where the system has no signals, or gives no thread to wait for them, they end the program as they always do.
#[cfg(unix)]
pub fn watch(mut on_signal: impl FnMut(&'static str) -> std::time::Duration + Send + 'static) {
    use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
    use signal_hook::iterator::Signals;
    use signal_hook::low_level::emulate_default_handler;

    /// The stack of the thread that waits: it writes a sentence, and no more.
    const STACK_BYTES: usize = 256 << 10;

    let Ok(mut signals) = Signals::new([SIGHUP, SIGINT, SIGTERM]) else { return };
    let handle = signals.handle();
    let wait = move || {
        if let Some(signal) = signals.forever().next() {
            let name = match signal {
                SIGHUP => "SIGHUP",
                SIGINT => "SIGINT",
                _ => "SIGTERM",
            };
            std::thread::sleep(on_signal(name));
            // Whoever waits for the program sees which signal ended it.
            let _ = emulate_default_handler(signal);
        }
    };
    let thread = std::thread::Builder::new().name("layerflow signals".into()).stack_size(STACK_BYTES);
    if thread.spawn(wait).is_err() {
        handle.close();
    }
}

/// From now on a file that may not become longer is an error of the one who writes it, not the end of the program.
#[cfg(unix)]
pub fn bear_limits() {
    use signal_hook::consts::SIGXFSZ;
    // Without it the program ends as the system has it.
    let _ = signal_hook::flag::register(SIGXFSZ, std::sync::Arc::default());
}

/// From now on a file that may not become longer is an error of the one who writes it, not the end of the program.
#[cfg(not(unix))]
pub fn bear_limits() {}

/// Has `on_signal` called with the name of the signal when the program is asked to end: never on this system.
#[cfg(not(unix))]
pub fn watch(_: impl FnMut(&'static str) -> std::time::Duration + Send + 'static) {}
