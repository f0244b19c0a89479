//! Mistakes of the program itself: what a panic says is kept for the one who tells it, and printed by nobody else.

use std::any::Any;
use std::backtrace::{Backtrace, BacktraceStatus};
use std::cell::{Cell, RefCell};
use std::fmt;
use std::io::Write;
use std::panic::{AssertUnwindSafe, PanicHookInfo, catch_unwind};

thread_local! {
    /// How many calls of `catching` are under way on this thread.
    static CATCHING: Cell<usize> = const { Cell::new(0) };
    /// What the last panic of this thread said.
    static LAST: RefCell<Option<Panic>> = const { RefCell::new(None) };
}

/// What a panic said.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Panic {
    /// Its message.
    pub message: String,
    /// Where in the sources it arose, where that is known.
    pub position: Option<String>,
    /// The calls that led to it, where they were asked for by `RUST_BACKTRACE`.
    pub calls: Option<String>,
}

impl fmt::Display for Panic {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.message)?;
        match &self.position {
            Some(position) => write!(formatter, " ({position})"),
            None => Ok(()),
        }
    }
}

impl Panic {
    /// What a report of it needs.
    pub fn details(&self) -> String {
        let version = env!("CARGO_PKG_VERSION");
        let (system, processor) = (std::env::consts::OS, std::env::consts::ARCH);
        let calls = self.calls.as_ref().map(|calls| format!("\n{calls}")).unwrap_or_default();
        format!("layerflow {version} on {system} ({processor})\n{self}{calls}")
    }

    fn of(info: &PanicHookInfo<'_>) -> Panic {
        let calls = Backtrace::capture();
        Panic {
            message: message(info.payload()),
            position: info.location().map(|location| format!("{}:{}", location.file(), location.line())),
            calls: (calls.status() == BacktraceStatus::Captured).then(|| calls.to_string()),
        }
    }
}

/// From now on panics that are caught print nothing, and all others one sentence.
pub fn install() {
    std::panic::set_hook(Box::new(|info| {
        let panic = Panic::of(info);
        if CATCHING.get() > 0 {
            LAST.set(Some(panic));
        } else {
            // With standard error closed there is nobody to tell.
            let _ = writeln!(std::io::stderr(), "layerflow made a mistake: {panic}; please report it.");
        }
    }));
}

/// Does `work`; where it panics, gives what the panic said. What `work` shares must be whole after every assignment.
///
/// # Errors
/// If it panics.
pub fn catching<T>(work: impl FnOnce() -> T) -> Result<T, Panic> {
    CATCHING.set(CATCHING.get() + 1);
    let result = catch_unwind(AssertUnwindSafe(work));
    CATCHING.set(CATCHING.get().saturating_sub(1));
    result.map_err(|payload| {
        let said = LAST.take().filter(|panic| panic.message == message(payload.as_ref()));
        said.unwrap_or_else(|| Panic { message: message(payload.as_ref()), position: None, calls: None })
    })
}

fn message(payload: &(dyn Any + Send)) -> String {
    let text = payload.downcast_ref::<&str>().map(|text| (*text).to_owned());
    text.or_else(|| payload.downcast_ref::<String>().cloned()).unwrap_or_else(|| "a panic without words".into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_panic_says_is_given() {
        assert_eq!(catching(|| 7), Ok(7));
        let panic = catching(|| panic!("row {} is missing", 3)).map(|(): ()| ()).unwrap_err();
        assert_eq!(panic.message, "row 3 is missing");
        assert!(panic.details().contains("row 3 is missing") && panic.details().starts_with("layerflow "));
        let inner = catching(|| catching(|| panic!("inner")).map(|(): ()| ()).unwrap_err().message);
        assert_eq!(inner.unwrap(), "inner");
    }
}
