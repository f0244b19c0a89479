//! All integration tests, in one binary: linking the libraries once is most of the cost.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test stops at the first surprise")]

mod layering;
mod pictures;
mod window;
