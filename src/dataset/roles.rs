//! Which columns of a table are coordinates and which is the label, where nobody says so.

use super::column::{ColumnKind, ColumnOutline};
use super::names;

/// More different values are no classes that are told by their place alone.
const MAX_CLASSES: usize = 1000;
/// So few different values are classes without a word.
const FEW_CLASSES: usize = 20;
/// What speaks against a column that is named as a label being a coordinate.
const FAR_FETCHED: u32 = 12;
/// What speaks against the first column being the label.
const LABEL_IN_FRONT: u32 = 5;
/// How many columns a note lists by name.
const LISTED: usize = 4;

/// The label of a table.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum LabelColumns {
    /// There is none.
    #[default]
    None,
    /// This column.
    One(usize),
    /// Columns of 0 and 1, one for each class.
    OneHot(Vec<usize>),
}

impl LabelColumns {
    fn contains(&self, column: usize) -> bool {
        match self {
            LabelColumns::None => false,
            LabelColumns::One(label) => *label == column,
            LabelColumns::OneHot(labels) => labels.contains(&column),
        }
    }
}

/// The part that each column plays.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Roles {
    /// The coordinates, in the order of the table.
    pub features: Vec<usize>,
    /// The label.
    pub label: LabelColumns,
    /// The columns that are neither, with the reason.
    pub left_out: Vec<(usize, String)>,
    /// What was assumed and what was left out, a sentence each.
    pub notes: Vec<String>,
}

/// What is known before names, kinds and numbers of columns decide.
#[derive(Clone, Debug, Default)]
pub(super) struct Known {
    /// The columns that may be coordinates; all if not given.
    pub candidates: Option<Vec<usize>>,
    /// The label, where it is known or was chosen.
    pub label: Option<LabelColumns>,
    /// The columns at the end of which each row has a single 1.
    pub one_hot: Vec<usize>,
    /// How many coordinates there are to be.
    pub expected: Option<usize>,
    /// What is worth a word of the shape where the coordinates are not as many.
    pub shape: Option<String>,
}

/// How much is left out beside the label.
#[derive(Clone, Copy, Debug, PartialEq)]
enum LeftOut {
    /// Everything that looks like numbers of the rows.
    RowNumbers,
    /// What is surely numbers of the rows.
    SureRowNumbers,
    /// Nothing.
    Nothing,
}

/// A way to give each column its part; the cheapest one that fits is taken.
struct Proposal {
    label: LabelColumns,
    features: Vec<usize>,
    cost: u32,
    note: Option<String>,
}

/// Gives each column its part. Where nothing fits `known.expected`, the answer is what would be taken without it.
pub(super) fn assign(columns: &[ColumnOutline], known: &Known) -> Roles {
    let filled = |column: &usize| !columns[*column].is_empty;
    let candidates: Vec<usize> = match &known.candidates {
        Some(candidates) => candidates.clone(),
        None => (0..columns.len()).filter(filled).collect(),
    };
    let labels = labels(columns, &candidates, known);
    let mut proposals = Vec::new();
    for (label, cost, note) in labels {
        for (left_out, cost_left_out) in [(LeftOut::RowNumbers, 0), (LeftOut::SureRowNumbers, 4), (LeftOut::Nothing, 8)]
        {
            // A label that is guessed in front is too much of a guess where text stands elsewhere.
            let is_guess = cost == LABEL_IN_FRONT
                && matches!(&label, LabelColumns::One(column) if columns[*column].kind != ColumnKind::Text);
            let without = [(false, false), (true, false), (false, true), (true, true)];
            // Columns of a single value are left out where only the others are as many as the network takes.
            let may_be = |(text, constants): &(bool, bool)| {
                !(is_guess && (*text || *constants)) && (known.expected.is_some() || !constants)
            };
            for (without_text, without_constants) in without.into_iter().filter(may_be) {
                let stays = |column: &&usize| {
                    let outline = &columns[**column];
                    let numbers = match left_out {
                        LeftOut::RowNumbers => outline.row_numbers.is_some(),
                        LeftOut::SureRowNumbers => outline.row_numbers.is_some_and(|numbers| numbers.is_sure()),
                        LeftOut::Nothing => false,
                    };
                    let text = without_text && outline.is_all_text;
                    let constant = without_constants && outline.is_constant;
                    !label.contains(**column) && !numbers && !text && !constant
                };
                let features: Vec<usize> = candidates.iter().filter(stays).copied().collect();
                let cost = cost + cost_left_out + 4 * u32::from(without_text) + 3 * u32::from(without_constants);
                proposals.push(Proposal { label: label.clone(), features, cost, note: note.clone() });
            }
        }
    }
    let is_number = |column: &usize| columns[*column].kind != ColumnKind::Text;
    let fits = |proposal: &&Proposal| match known.expected {
        Some(inputs) => proposal.features.len() == inputs && proposal.features.iter().all(is_number),
        None => !proposal.features.is_empty() && proposal.features.iter().all(is_number),
    };
    let cheapest = proposals.iter().filter(fits).min_by_key(|proposal| proposal.cost);
    // Where columns of a fitting number hold something else than numbers, that is what has to be told.
    let as_many = |proposal: &&Proposal| known.expected == Some(proposal.features.len()) && proposal.cost < FAR_FETCHED;
    let cheapest = cheapest.or_else(|| proposals.iter().filter(as_many).min_by_key(|proposal| proposal.cost));
    let chosen = cheapest.or_else(|| {
        proposals.iter().filter(|proposal| !proposal.features.is_empty()).min_by_key(|proposal| proposal.cost)
    });
    match chosen {
        Some(proposal) => proposal.roles(columns, &candidates, known),
        None => Roles::default(),
    }
}

/// What may be the label, with what speaks against it and what has to be told.
fn labels(columns: &[ColumnOutline], candidates: &[usize], known: &Known) -> Vec<(LabelColumns, u32, Option<String>)> {
    if let Some(label) = &known.label {
        return vec![(label.clone(), 0, None)];
    }
    let rank = |column: &usize| names::label_rank(&columns[*column].name);
    let mut named: Vec<usize> = candidates.iter().copied().filter(|column| rank(column).is_some()).collect();
    named.sort_by_key(rank);
    let Some(&first) = named.first() else { return unnamed_labels(columns, candidates, known) };
    let others: Vec<String> = named[1..]
        .iter()
        .filter(|column| names::is_sure_label(&columns[**column].name))
        .map(|column| columns[*column].label())
        .collect();
    let note = (!others.is_empty()).then(|| {
        let label = columns[first].label();
        format!(
            "column {label} is taken as the label; column {} is named like one too and is a coordinate",
            others.join(", ")
        )
    });
    if !names::is_sure_label(&columns[first].name) {
        // Beside a column x, y is a coordinate rather than a label where anything else can be one.
        let has_x = candidates.iter().any(|&column| columns[column].name.eq_ignore_ascii_case("x"));
        let is_last = candidates.last() == Some(&first);
        let cost = match (has_x, is_last) {
            (false, _) => 0,
            (true, true) => 3,
            (true, false) => 4,
        };
        // Between other coordinates it is a guess.
        let guess = || format!("column {} is taken as the label", columns[first].label());
        let note = note.or_else(|| (has_x && !is_last).then(guess));
        let mut labels = vec![(LabelColumns::One(first), cost, note)];
        labels.extend(unnamed_labels(columns, candidates, known));
        return labels;
    }
    let mut labels = vec![(LabelColumns::One(first), 0, note)];
    if known.expected.is_some() {
        let caption = columns[first].label();
        let note = format!(
            "column {caption} is taken as a coordinate, though it is named like a label, as the network takes that many"
        );
        labels.push((LabelColumns::None, FAR_FETCHED, Some(note)));
    }
    labels
}

/// What may be the label where no column is named so.
fn unnamed_labels(
    columns: &[ColumnOutline],
    candidates: &[usize],
    known: &Known,
) -> Vec<(LabelColumns, u32, Option<String>)> {
    let is_classes = |column: &ColumnOutline| {
        let few = column.distinct.is_none_or(|distinct| distinct > 1 && distinct <= MAX_CLASSES);
        few && column.row_numbers.is_none() && matches!(column.kind, ColumnKind::Integers)
    };
    let is_text =
        |column: &ColumnOutline| column.kind == ColumnKind::Text && column.is_all_text && column.row_numbers.is_none();
    let is_label = |column: &ColumnOutline| is_classes(column) || is_text(column);
    // What learns needs a label; without any, a table is still shown.
    let mut labels = vec![(LabelColumns::None, if known.expected.is_some() { 2 } else { 20 }, None)];
    let rest = candidates.iter().copied().filter(|&column| columns[column].row_numbers.is_none()).collect::<Vec<_>>();
    let (Some(&first), Some(&last)) = (rest.first(), rest.last()) else { return labels };
    if known.one_hot.len() > 1 && known.one_hot.len() < rest.len() {
        let one_hot = &known.one_hot;
        let names = words_of(columns, one_hot);
        let note = format!("columns {names} are taken as one label, as each row has one 1 in them");
        labels.push((LabelColumns::OneHot(one_hot.clone()), 1, Some(note)));
    }
    if first == last {
        return labels;
    }
    let both = is_label(&columns[first]) && is_label(&columns[last]);
    let all_whole = rest.iter().all(|&column| columns[column].kind != ColumnKind::Numbers);
    // Without a network to tell the width, integers are labels only beside columns that are not all integers.
    let others_whole =
        |label: usize| rest.iter().all(|&column| column == label || columns[column].kind == ColumnKind::Integers);
    let may_be = |label: usize| {
        let column = &columns[label];
        is_text(column) || (is_classes(column) && (known.expected.is_some() || !others_whole(label)))
    };
    let say = |label: usize, other: Option<usize>| {
        let name = columns[label].label();
        let because = match other {
            Some(other) => format!("; column {} may be it as well (--label)", columns[other].label()),
            None => String::new(),
        };
        format!("column {name} is taken as the label{because}")
    };
    if may_be(last) {
        let many = columns[last].distinct.is_some_and(|distinct| distinct > FEW_CLASSES);
        let named = columns[last].is_named() && !is_text(&columns[last]);
        // Whole numbers without a name may be counts as well; a network that takes one column less leaves no choice.
        let open = known.expected.is_none() && is_classes(&columns[last]) && !columns[last].is_named();
        let guess = (both && columns[first].distinct <= Some(MAX_CLASSES) && all_whole)
            || many
            || named
            || open
            || (all_whole && rest.len() == 2);
        let values = match columns[last].distinct {
            Some(distinct) if open => format!(" ({distinct} different whole numbers; --label says otherwise)"),
            _ => String::new(),
        };
        let note = guess.then(|| say(last, both.then_some(first)) + &values);
        labels.push((LabelColumns::One(last), 3, note));
    }
    if may_be(first) {
        // The first column is a label less often than the last.
        let few = columns[first].distinct.is_some_and(|distinct| distinct <= FEW_CLASSES);
        let certain = few && is_text(&columns[first]) && !is_label(&columns[last]);
        let note = (!certain).then(|| say(first, both.then_some(last)));
        labels.push((LabelColumns::One(first), LABEL_IN_FRONT, note));
    }
    labels
}

impl Proposal {
    fn roles(&self, columns: &[ColumnOutline], candidates: &[usize], known: &Known) -> Roles {
        let mut roles = Roles { features: self.features.clone(), label: self.label.clone(), ..Roles::default() };
        roles.notes.extend(self.note.clone());
        for &column in candidates {
            let outline = &columns[column];
            let is_feature = self.features.contains(&column);
            if !is_feature && !self.label.contains(column) {
                let reason = match (outline.row_numbers, known.expected) {
                    (Some(numbers), _) => numbers.label().to_owned(),
                    (None, Some(inputs)) if outline.is_constant => {
                        format!("it holds the same in every row, and the network takes {inputs}")
                    }
                    (None, _) => "it holds no numbers".to_owned(),
                };
                roles.left_out.push((column, reason));
            } else if let Some(numbers) = outline.row_numbers.filter(|_| is_feature) {
                let why = match known.expected {
                    Some(inputs) => format!(", as the network takes {inputs}"),
                    None => String::new(),
                };
                let (name, caption) = (outline.label(), numbers.label());
                roles.notes.push(format!("column {name} is taken as a coordinate{why}, though {caption}"));
            }
        }
        for (column, _) in columns.iter().enumerate().filter(|(_, outline)| outline.is_empty) {
            let is_chosen = self.label.contains(column) || self.features.contains(&column);
            if !is_chosen {
                roles.left_out.push((column, "it is empty".to_owned()));
            }
        }
        roles.tell_left_out(columns);
        roles
    }
}

impl Roles {
    /// A note for each reason, with the columns that were left out for it.
    fn tell_left_out(&mut self, columns: &[ColumnOutline]) {
        let mut reasons: Vec<&str> = self.left_out.iter().map(|(_, reason)| reason.as_str()).collect();
        reasons.dedup();
        let mut notes = Vec::new();
        for reason in reasons {
            let of_reason = self.left_out.iter().filter(|(_, other)| other == reason).map(|(column, _)| *column);
            let names = words_of(columns, &of_reason.collect::<Vec<_>>());
            let remedy =
                if reason.ends_with("numbers") || reason.ends_with("empty") { "" } else { "; take it with --columns" };
            let note = format!("left out column {names}: {reason}{remedy}");
            if !notes.contains(&note) {
                notes.push(note);
            }
        }
        self.notes.extend(notes);
    }
}

/// The first of the columns in words.
fn words_of(columns: &[ColumnOutline], chosen: &[usize]) -> String {
    let names: Vec<String> = chosen.iter().take(LISTED).map(|&column| columns[column].label()).collect();
    let more = if chosen.len() > LISTED { format!(" and {} more", chosen.len() - LISTED) } else { String::new() };
    names.join(", ") + &more
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dataset::RowNumbers;
    use ColumnKind::{Integers, Numbers, Text};

    fn columns(list: &[(&str, ColumnKind, bool)]) -> Vec<ColumnOutline> {
        let outline = |(position, (name, kind, counts)): (usize, &(&str, ColumnKind, bool))| ColumnOutline {
            number: position + 1,
            row_numbers: counts.then_some(RowNumbers::Counting),
            is_all_text: *kind == Text,
            ..ColumnOutline::new(name, *kind)
        };
        list.iter().enumerate().map(outline).collect()
    }

    fn of(list: &[(&str, ColumnKind, bool)], expected: Option<usize>) -> Roles {
        assign(&columns(list), &Known { expected, ..Known::default() })
    }

    #[test]
    fn row_numbers_are_left_out_where_the_rest_fits() {
        let list = [("1", Integers, true), ("x", Numbers, false), ("y", Numbers, false)];
        let two = of(&list, Some(2));
        assert_eq!((&two.features[..], &two.label), (&[1, 2][..], &LabelColumns::None));
        assert!(two.notes[0].contains("left out column 1 (unnamed): it only counts the rows"), "{:?}", two.notes);
        let three = of(&list, Some(3));
        assert_eq!(three.features, [0, 1, 2]);
        assert!(three.notes[0].contains("taken as a coordinate"), "{:?}", three.notes);
        let learned = of(&list, None);
        assert_eq!((&learned.features[..], &learned.label), (&[1][..], &LabelColumns::One(2)));
        let alone = of(&[("t", Integers, true), ("y", Numbers, false)], None);
        assert_eq!(alone.features, [0]);
        assert!(!alone.notes.is_empty());
    }

    #[test]
    fn a_constant_is_left_out_where_the_network_takes_one_less() {
        let list = [("id", Integers, true), ("x", Numbers, false), ("bias", Integers, false), ("kind", Text, false)];
        let mut list = columns(&list);
        list[2].is_constant = true;
        let roles = |expected| assign(&list, &Known { expected, ..Known::default() });
        let one = roles(Some(1));
        assert_eq!((&one.features[..], &one.label), (&[1][..], &LabelColumns::One(3)));
        let note = "left out column 3 (bias): it holds the same in every row, and the network takes 1";
        assert!(one.notes.iter().any(|told| told.contains(note)), "{:?}", one.notes);
        assert_eq!(roles(Some(2)).features, [1, 2]);
        assert_eq!(roles(None).features, [1, 2]);
    }

    #[test]
    fn labels_are_found_in_front_and_behind() {
        let behind = [("1", Numbers, false), ("2", Numbers, false), ("3", Integers, false)];
        assert_eq!(of(&behind, Some(2)).label, LabelColumns::One(2));
        assert_eq!(of(&behind, Some(3)).features.len(), 3);
        // A network of two inputs leaves no choice; without one it is a guess.
        assert!(of(&behind, Some(2)).notes.is_empty());
        assert!(of(&behind, None).notes[0].contains("column 3 (unnamed) is taken as the label"));
        let front = [("1", Integers, false), ("2", Numbers, false), ("3", Numbers, false)];
        let found = of(&front, Some(2));
        assert_eq!((&found.label, &found.features[..]), (&LabelColumns::One(0), &[1, 2][..]));
        assert!(found.notes[0].contains("taken as the label"));
        let text = [("a", Text, false), ("b", Numbers, false), ("Species", Text, false)];
        let found = of(&text, Some(1));
        assert_eq!((&found.label, &found.features[..]), (&LabelColumns::One(2), &[1][..]));
        assert!(found.notes[0].contains("left out column 1 (a): it holds no numbers"));
    }
}
