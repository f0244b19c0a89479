//! A chart on its way to a file.

use std::sync::Arc;

/// What a chart is written as.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ChartKind {
    /// Its numbers as comma-separated values.
    Csv,
    /// Its picture as vectors.
    Svg,
    /// Its picture in pixels.
    Png,
}

/// What a chart was asked to save.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChartFile {
    /// What it is written as.
    pub kind: ChartKind,
    /// What the chart is called.
    pub name: String,
    /// What the file is to hold.
    pub bytes: Arc<[u8]>,
}

impl ChartKind {
    /// What the names of such files end in.
    pub fn extension(self) -> &'static str {
        match self {
            ChartKind::Csv => "csv",
            ChartKind::Svg => "svg",
            ChartKind::Png => "png",
        }
    }

    /// What such files are called.
    pub fn label(self) -> &'static str {
        match self {
            ChartKind::Csv => "Comma-separated values",
            ChartKind::Svg => "SVG",
            ChartKind::Png => "PNG",
        }
    }
}

impl ChartFile {
    /// A name for the file: the chart's own, with what file systems dislike left out.
    pub fn file_name(&self) -> String {
        let parts = self.name.split(|c: char| !c.is_alphanumeric()).filter(|part| !part.is_empty());
        let stem = parts.take(MAX_PARTS).map(str::to_lowercase).collect::<Vec<_>>().join("-");
        let stem = if stem.is_empty() { "chart" } else { &stem };
        format!("{stem}.{}", self.kind.extension())
    }
}

/// A name of so many parts says which chart it is; more would be a sentence.
const MAX_PARTS: usize = 6;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_file_is_named_after_the_chart() {
        let file = |name: &str| ChartFile { kind: ChartKind::Svg, name: name.to_owned(), bytes: Arc::default() };
        assert_eq!(file("Spectra: ln σ, largest on top").file_name(), "spectra-ln-σ-largest-on-top.svg");
        assert_eq!(file("../..").file_name(), "chart.svg");
    }
}
