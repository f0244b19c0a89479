//! How well a few typed letters fit a name: they need not be next to each other, but those that begin words or follow
//! each other count more.

/// For each letter found.
const FOUND: i32 = 4;
/// For a letter right behind the one before.
const ADJACENT: i32 = 10;
/// For a letter that begins a word.
const WORD_START: i32 = 8;
/// For a letter that begins the whole text.
const TEXT_START: i32 = 4;

/// The score of `text` for a query, each of whose words has to be found; `None` if one is not. Upper and lower case are
/// alike. A query without words fits everything.
pub fn score(query: &str, text: &str) -> Option<i32> {
    let text: Vec<char> = text.to_lowercase().chars().map(as_typed).collect();
    query.to_lowercase().split_whitespace().map(|word| word_score(word, &text)).sum()
}

/// What is typed for a sign that keyboards lack: digits for subscripts.
fn as_typed(sign: char) -> char {
    match sign {
        '₀'..='₉' => char::from(b'0' + (sign as u32 - '₀' as u32) as u8),
        _ => sign,
    }
}

/// The best sum over all ways to find the letters of `word` in `text` in their order.
fn word_score(word: &str, text: &[char]) -> Option<i32> {
    // For the letters so far: the best score of a way that ends at each position of the text.
    let mut ends: Option<Vec<Option<i32>>> = None;
    for letter in word.chars() {
        let mut next = vec![None; text.len()];
        let mut best_before: Option<i32> = None;
        for (position, (found, slot)) in text.iter().zip(&mut next).enumerate() {
            let adjacent = position.checked_sub(1).and_then(|before| *ends.as_ref()?.get(before)?);
            best_before = best_before.max(adjacent);
            let before = match &ends {
                None => Some(0),
                Some(_) => best_before.max(adjacent.map(|score| score + ADJACENT)),
            };
            if *found == letter {
                *slot = before.map(|score| score + FOUND + position_score(text, position));
            }
        }
        ends = Some(next);
    }
    ends.and_then(|ends| ends.into_iter().flatten().max())
}

fn position_score(text: &[char], position: usize) -> i32 {
    match position.checked_sub(1).and_then(|before| text.get(before)) {
        None => WORD_START + TEXT_START,
        Some(before) if !before.is_alphanumeric() => WORD_START,
        Some(_) => 0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letters_are_found_in_their_order_only() {
        assert!(score("opnet", "Open network…").is_some());
        assert!(score("network open", "Open network…").is_some());
        assert_eq!(score("zz", "Open network…"), None);
        assert_eq!(score("open moon", "Open network…"), None);
        assert_eq!(score("npo", "Open"), None);
        assert_eq!(score("  ", "Open"), Some(0));
        assert_eq!(score("a", ""), None);
        assert!(score("x12", "Colour by column: x₁₂").is_some());
    }

    #[test]
    fn words_that_begin_so_come_before_letters_here_and_there() {
        let better = |query: &str, first: &str, second: &str| score(query, first) > score(query, second);
        assert!(better("nl", "Next layer", "Open example: Spiral in the plane"));
        assert!(better("quit", "Quit", "Open recent: quite.json"));
        assert!(better("loop", "Loop", "Colour by column: long step"));
        assert!(better("next", "Next phase", "Network panel, extended"));
    }
}
