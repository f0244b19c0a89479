//! All integration tests, in one binary: linking the libraries once is most of the cost.

mod layering;
mod pictures;
