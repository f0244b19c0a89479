//! Tables of text, and numbers in them.

/// Columns as wide as their widest field, two spaces between them.
pub(super) fn aligned(rows: &[Vec<String>]) -> String {
    let columns = rows.first().map_or(0, Vec::len);
    let width = |column: usize| rows.iter().filter_map(|row| row.get(column)).map(|field| field.chars().count()).max();
    let widths: Vec<usize> = (0..columns).map(|column| width(column).unwrap_or(0)).collect();
    let mut text = String::new();
    for row in rows {
        let fields: Vec<String> = row.iter().zip(&widths).map(|(field, &width)| format!("{field:<width$}")).collect();
        text += fields.join("  ").trim_end();
        text.push('\n');
    }
    text
}

/// A number in few digits.
pub(super) fn short(value: f64) -> String {
    let size = value.abs();
    if value == 0.0 || (1e-3..1e5).contains(&size) {
        let text = format!("{value:.4}");
        text.trim_end_matches('0').trim_end_matches('.').to_owned()
    } else {
        format!("{value:.2e}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_aligned_by_characters() {
        let rows = [["a", "σσσ", "x"], ["bbb", "c", "y"]].map(|row| row.map(String::from).to_vec());
        assert_eq!(aligned(&rows), "a    σσσ  x\nbbb  c    y\n");
    }
}
