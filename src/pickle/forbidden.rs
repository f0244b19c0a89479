//! What no pickle of weights has a reason to name.

/// Modules whose functions start programs, change files, run code or open connections.
const DANGEROUS_MODULES: [&str; 18] = [
    "asyncio",
    "bdb",
    "ctypes",
    "importlib",
    "nt",
    "os",
    "pdb",
    "pip",
    "posix",
    "pty",
    "pydoc",
    "runpy",
    "shutil",
    "socket",
    "subprocess",
    "sys",
    "timeit",
    "webbrowser",
];
/// Built-in functions of the same kind.
const DANGEROUS_FUNCTIONS: [&str; 9] =
    ["__import__", "breakpoint", "compile", "eval", "exec", "execfile", "exit", "input", "open"];

/// Whether a function of this module and name starts programs, changes files, runs code or opens connections.
pub(super) fn is_forbidden(module: &str, name: &str) -> bool {
    let package = module.split('.').next().unwrap_or_default();
    let first = name.split('.').next().unwrap_or_default();
    DANGEROUS_MODULES.contains(&package) || (super::is_builtin(package) && DANGEROUS_FUNCTIONS.contains(&first))
}
