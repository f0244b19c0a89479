//! From text to a tree.

use super::problem::ConditionProblem;

/// Longer conditions are not read.
const MAX_LENGTH: usize = 2000;
/// Deeper ones neither.
const MAX_DEPTH: usize = 64;

/// How two operands are compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Relation {
    Less,
    AtMost,
    Equal,
    Unequal,
    AtLeast,
    More,
}

/// What is compared, as it is written.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Operand {
    Number(f64, String),
    Name(String),
    /// Between double quotes or accents: a column.
    Column(String),
    /// Between single quotes: a class.
    Text(String),
}

/// A condition as it is written.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Tree {
    Any(Vec<Tree>),
    All(Vec<Tree>),
    Not(Box<Tree>),
    Comparison(Operand, Relation, Operand),
}

#[derive(Clone, Debug, PartialEq)]
enum Token {
    Operand(Operand),
    Relation(Relation),
    And,
    Or,
    Not,
    Open,
    Close,
}

/// Reads a condition.
pub(super) fn parse(text: &str) -> Result<Tree, ConditionProblem> {
    if text.len() > MAX_LENGTH {
        return Err(ConditionProblem::TooLong);
    }
    let tokens = tokens(text)?;
    let mut reader = Reader { tokens: &tokens, next: 0, end: text.chars().count() + 1 };
    let tree = reader.any(0)?;
    match reader.tokens.get(reader.next) {
        None => Ok(tree),
        Some(_) => Err(reader.unexpected("and, or, or the end")),
    }
}

fn tokens(text: &str) -> Result<Vec<(Token, usize)>, ConditionProblem> {
    let letters: Vec<char> = text.chars().collect();
    let mut tokens = Vec::new();
    let mut at = 0;
    while let Some(&letter) = letters.get(at) {
        let (position, follows) = (at + 1, letters.get(at + 1).copied());
        let sign = |token, length| Some((token, length));
        let found = match (letter, follows) {
            (letter, _) if letter.is_whitespace() => {
                at += 1;
                continue;
            }
            ('<', Some('=')) => sign(Token::Relation(Relation::AtMost), 2),
            ('<', Some('>')) | ('!', Some('=')) => sign(Token::Relation(Relation::Unequal), 2),
            ('>', Some('=')) => sign(Token::Relation(Relation::AtLeast), 2),
            ('=', Some('=')) => sign(Token::Relation(Relation::Equal), 2),
            ('&', Some('&')) => sign(Token::And, 2),
            ('|', Some('|')) => sign(Token::Or, 2),
            ('<', _) => sign(Token::Relation(Relation::Less), 1),
            ('>', _) => sign(Token::Relation(Relation::More), 1),
            ('=', _) => sign(Token::Relation(Relation::Equal), 1),
            ('≤', _) => sign(Token::Relation(Relation::AtMost), 1),
            ('≥', _) => sign(Token::Relation(Relation::AtLeast), 1),
            ('≠', _) => sign(Token::Relation(Relation::Unequal), 1),
            ('(', _) => sign(Token::Open, 1),
            (')', _) => sign(Token::Close, 1),
            _ => None,
        };
        if let Some((token, length)) = found {
            tokens.push((token, position));
            at += length;
            continue;
        }
        if matches!(letter, '"' | '\'' | '`') {
            let length = letters[at + 1..].iter().position(|other| *other == letter);
            let length = length.ok_or(ConditionProblem::OpenQuote { at: position })?;
            let text: String = letters[at + 1..at + 1 + length].iter().collect();
            let operand = if letter == '\'' { Operand::Text(text) } else { Operand::Column(text) };
            tokens.push((Token::Operand(operand), position));
            at += length + 2;
            continue;
        }
        let is_of_word = |at: usize| {
            let Some(&letter) = letters.get(at) else { return false };
            // The sign of an exponent belongs to its number: 1e-3.
            let is_exponent = matches!(letter, '+' | '-')
                && at > 0
                && matches!(letters[at - 1], 'e' | 'E')
                && letters.get(at.saturating_sub(2)).is_some_and(|before| before.is_ascii_digit() || *before == '.');
            let is_sign = matches!(letter, '-' | '+' | '−');
            letter.is_alphanumeric() || "_.[]²³%°".contains(letter) || is_exponent || is_sign
        };
        if !is_of_word(at) {
            return Err(ConditionProblem::Sign { sign: letter, at: position });
        }
        let end = (at..).find(|end| !is_of_word(*end)).unwrap_or(letters.len());
        let word: String = letters[at..end].iter().collect();
        tokens.push((word_token(word), position));
        at = end;
    }
    Ok(tokens)
}

fn word_token(word: String) -> Token {
    match word.to_lowercase().as_str() {
        "and" => return Token::And,
        "or" => return Token::Or,
        "not" => return Token::Not,
        _ => {}
    }
    // A word such as `nan` or `inf` is a name, no number.
    let begins = word.starts_with(|first: char| first.is_ascii_digit() || "+-−.".contains(first));
    match word.replace('−', "-").parse::<f64>() {
        Ok(value) if begins && value.is_finite() => Token::Operand(Operand::Number(value, word)),
        _ => Token::Operand(Operand::Name(word)),
    }
}

impl Operand {
    /// As it was written.
    pub fn text(&self) -> &str {
        match self {
            Operand::Number(_, text) | Operand::Name(text) | Operand::Column(text) | Operand::Text(text) => text,
        }
    }
}

struct Reader<'a> {
    tokens: &'a [(Token, usize)],
    next: usize,
    end: usize,
}

impl Reader<'_> {
    fn takes(&mut self, token: &Token) -> bool {
        let found = self.tokens.get(self.next).is_some_and(|(next, _)| next == token);
        self.next += usize::from(found);
        found
    }

    fn unexpected(&self, expected: &'static str) -> ConditionProblem {
        let (found, at) = match self.tokens.get(self.next) {
            None => ("nothing".to_owned(), self.end),
            Some((token, at)) => (token_text(token), *at),
        };
        ConditionProblem::Unexpected { found, at, expected }
    }

    fn any(&mut self, depth: usize) -> Result<Tree, ConditionProblem> {
        let mut parts = vec![self.all(depth)?];
        while self.takes(&Token::Or) {
            parts.push(self.all(depth)?);
        }
        Ok(one_or(parts, Tree::Any))
    }

    fn all(&mut self, depth: usize) -> Result<Tree, ConditionProblem> {
        let mut parts = vec![self.part(depth)?];
        while self.takes(&Token::And) {
            parts.push(self.part(depth)?);
        }
        Ok(one_or(parts, Tree::All))
    }

    fn part(&mut self, depth: usize) -> Result<Tree, ConditionProblem> {
        if depth > MAX_DEPTH {
            return Err(ConditionProblem::TooLong);
        }
        if self.takes(&Token::Not) {
            return Ok(Tree::Not(Box::new(self.part(depth + 1)?)));
        }
        if self.takes(&Token::Open) {
            let tree = self.any(depth + 1)?;
            return if self.takes(&Token::Close) { Ok(tree) } else { Err(self.unexpected("and, or, or a closing )")) };
        }
        let one = self.operand("a column, label, predicted, loss, row or a number")?;
        let Some((Token::Relation(relation), _)) = self.tokens.get(self.next) else {
            return Err(self.unexpected("<, <=, =, !=, >= or >"));
        };
        self.next += 1;
        let other = self.operand("something to compare with")?;
        Ok(Tree::Comparison(one, *relation, other))
    }

    fn operand(&mut self, expected: &'static str) -> Result<Operand, ConditionProblem> {
        let Some((Token::Operand(operand), _)) = self.tokens.get(self.next) else {
            return Err(self.unexpected(expected));
        };
        self.next += 1;
        Ok(operand.clone())
    }
}

fn one_or(mut parts: Vec<Tree>, many: fn(Vec<Tree>) -> Tree) -> Tree {
    match (parts.len(), parts.pop()) {
        (1, Some(only)) => only,
        (_, last) => {
            parts.extend(last);
            many(parts)
        }
    }
}

fn token_text(token: &Token) -> String {
    match token {
        Token::Operand(operand) => format!("`{}`", operand.text()),
        Token::Relation(_) => "a second comparison".to_owned(),
        Token::And => "and".to_owned(),
        Token::Or => "or".to_owned(),
        Token::Not => "not".to_owned(),
        Token::Open => "(".to_owned(),
        Token::Close => ")".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn and_binds_closer_than_or_and_not_closer_still() {
        let compared = |name: &str, relation, value: f64, text: &str| {
            Tree::Comparison(Operand::Name(name.into()), relation, Operand::Number(value, text.into()))
        };
        let a = compared("petal_length", Relation::More, 4.5, "4.5");
        let b = compared("x2", Relation::AtMost, -1e-3, "-1e-3");
        let c = Tree::Comparison(Operand::Name("label".into()), Relation::Unequal, Operand::Text("Iris setosa".into()));
        let text = "petal_length > 4.5 and not x2<=-1e-3 or label <> 'Iris setosa'";
        assert_eq!(
            parse(text).unwrap(),
            Tree::Any(vec![Tree::All(vec![a.clone(), Tree::Not(Box::new(b))]), c.clone()])
        );
        let grouped = Tree::All(vec![Tree::Any(vec![a.clone(), c]), a]);
        assert_eq!(parse("(petal_length>4.5 OR label ≠ 'Iris setosa') && petal_length > 4.5").unwrap(), grouped);
        let column =
            Tree::Comparison(Operand::Column("sepal length (cm)".into()), Relation::Equal, Operand::Name("y".into()));
        assert_eq!(parse("\"sepal length (cm)\" = y").unwrap(), column);
    }

    #[test]
    fn what_is_wrong_is_told_with_its_place() {
        for (text, caption) in [
            ("", "nothing stands at place 1 where a column"),
            ("x1", "nothing stands at place 3 where <, <=, =, !=, >= or > was expected"),
            ("x1 >", "nothing stands at place 5 where something to compare with"),
            ("1 < x1 < 3", "a second comparison stands at place 8 where and, or, or the end"),
            ("x1 = 2 x2 = 3", "`x2` stands at place 8"),
            ("(x1 = 2", "nothing stands at place 8 where and, or, or a closing )"),
            ("label = 'a", "the quote that begins at place 9 has no end"),
            ("x1 = 2; x2 = 3", "`;` at place 7 means nothing"),
            ("and x1 = 2", "and stands at place 1"),
        ] {
            let message = parse(text).unwrap_err().to_string();
            assert!(message.contains(caption), "{text}: {message}");
        }
        assert_eq!(parse(&"(".repeat(500)), Err(ConditionProblem::TooLong));
        assert_eq!(parse(&"x1 = 2 and ".repeat(400)), Err(ConditionProblem::TooLong));
    }
}
