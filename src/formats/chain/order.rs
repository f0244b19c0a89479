//! In which order the layers stand, and whether the rows of their matrices are outputs or inputs: what shapes and names
//! decide, and what is a guess.

use super::entry::ChainEntry;
use super::kernel_axes::KernelAxes;
use super::layer_widths::widths;
use super::lookup::bias_length;
use super::pairing::orient;
use super::weights::index::Index;
use crate::formats::names::{Axes, axes, natural_order, order_is_told};
use crate::formats::tensor_info::{TensorInfo, TensorOrder};

/// More layers than this are not tried in other orders than those of their names and of the file.
const MAX_LAYERS: usize = 256;
/// Steps of the search for orders.
const MAX_STEPS: usize = 200_000;
/// Layers named in a sentence before the others are only counted.
const NAMED_LAYERS: usize = 4;

/// A chain in its order, and what was guessed to find it.
pub(super) struct Ordered {
    pub entries: Vec<ChainEntry>,
    /// A sentence, where several orders fit and nothing decides.
    pub order_guess: Option<String>,
    /// A sentence, where the matrices fit as they are and transposed.
    pub axes_guess: Option<String>,
}

/// Orders the entries, which come in the order of the file, and chooses whether their matrices are transposed.
pub(super) fn order(index: &Index<'_>, in_file_order: Vec<ChainEntry>, order: TensorOrder) -> Ordered {
    let mut by_name = in_file_order.clone();
    by_name.sort_by(|left, right| natural_order(&left.weight_name, &right.weight_name));
    if by_name.len() > MAX_LAYERS {
        return Ordered { entries: ranked(index, in_file_order, by_name, order), order_guess: None, axes_guess: None };
    }
    let attribute = OrderSource::new(index, &by_name);
    let found = [false, true].map(|transpose| {
        let is_possible = attribute.bias.is_none_or(|decided| decided == transpose);
        if is_possible { search(index, &in_file_order, &by_name, order, transpose) } else { Found::none() }
    });
    let preferred = attribute.preferred();
    let level = |transpose: bool| found[usize::from(transpose)].level;
    let transpose = if level(!preferred) > level(preferred) { !preferred } else { preferred };
    if level(transpose) == 0 {
        return Ordered { entries: ranked(index, in_file_order, by_name, order), order_guess: None, axes_guess: None };
    }
    let is_against = attribute.is_against(transpose);
    let is_open = attribute.is_open() && level(!transpose) == level(transpose);
    let [as_is, transposed] = found;
    let Found { order: chosen, guess, .. } = if transpose { transposed } else { as_is };
    let mut entries: Vec<ChainEntry> =
        chosen.into_iter().filter_map(|position| by_name.get(position).cloned()).collect();
    set_axes(&mut entries, transpose);
    let order_guess = guess.map(|basis| order_sentence(&entries, basis));
    let axes_guess = (is_open || is_against).then(|| axes_sentence(&entries, transpose, is_against));
    Ordered { entries, order_guess, axes_guess }
}

/// Chooses whether the matrices of a chain whose order is given are transposed; a sentence where nothing decides.
pub(super) fn turn(index: &Index<'_>, entries: &mut [ChainEntry]) -> Option<String> {
    let attribute = OrderSource::new(index, entries);
    let fits = [false, true].map(|transpose| {
        let mut tried = entries.to_vec();
        set_axes(&mut tried, transpose);
        tried.windows(2).filter(|pair| joins(index, &pair[0], &pair[1])).count()
    });
    let transpose = attribute.bias.unwrap_or_else(|| {
        let preferred = attribute.preferred();
        if fits[usize::from(!preferred)] > fits[usize::from(preferred)] { !preferred } else { preferred }
    });
    set_axes(entries, transpose);
    let is_against = attribute.is_against(transpose);
    (is_against || (attribute.is_open() && fits[0] == fits[1])).then(|| axes_sentence(entries, transpose, is_against))
}

fn set_axes(entries: &mut [ChainEntry], transpose: bool) {
    let matrices = entries.iter_mut().filter(|entry| entry.convolution.is_none());
    matrices.for_each(|entry| entry.transpose = transpose);
}

/// What is told of the axes of the matrices.
struct OrderSource {
    /// Whether the biases say that matrices are transposed.
    bias: Option<bool>,
    /// Whether the names say so.
    name: Option<bool>,
    /// Whether the matrices look like those of a program that computes x·W + b with rows of samples.
    is_numpy: bool,
    has_matrix: bool,
}

impl OrderSource {
    fn new(index: &Index<'_>, entries: &[ChainEntry]) -> OrderSource {
        let matrices = || entries.iter().filter(|entry| entry.convolution.is_none());
        let (mut as_is, mut transposed, mut rows, mut columns, mut vectors) = (0, 0, 0, 0, 0);
        for entry in matrices() {
            let Some(weight) = index.get(entry.weight_name.as_str()) else { continue };
            let bias = entry.bias_name.as_ref().and_then(|name| index.get(name.as_str()).copied());
            let Some((bias, length)) = bias.and_then(|bias| Some((bias, bias_length(bias)?))) else { continue };
            as_is += usize::from(length == widths(weight, false).1);
            transposed += usize::from(length == widths(weight, true).1);
            match bias.shape[..] {
                [1, columns] if columns > 1 => rows += 1,
                [rows, 1] if rows > 1 => columns += 1,
                _ => vectors += 1,
            }
        }
        let by_length = (as_is != transposed).then_some(transposed > as_is);
        let by_shape = (rows != columns).then_some(rows > columns);
        let named = |wanted: Axes| matrices().filter(|entry| axes(&entry.weight_name) == wanted).count();
        let (outputs_first, inputs_first) = (named(Axes::OutputsFirst), named(Axes::InputsFirst));
        let name = (outputs_first + inputs_first > 0).then_some(inputs_first >= outputs_first);
        OrderSource {
            bias: by_length.or(by_shape),
            name,
            is_numpy: vectors > 0,
            has_matrix: matrices().next().is_some(),
        }
    }

    fn preferred(&self) -> bool {
        self.bias.or(self.name).unwrap_or(self.is_numpy)
    }

    /// Whether the shapes fit only against what the names say.
    fn is_against(&self, transpose: bool) -> bool {
        self.name.is_some_and(|named| named != transpose) && self.has_matrix
    }

    fn is_open(&self) -> bool {
        self.bias.is_none() && self.name.is_none() && self.has_matrix
    }
}

/// Why an order was taken of several that fit.
#[derive(Clone, Copy)]
enum Basis {
    Names,
    File,
    Shapes,
    /// Only this order fits, and the numbers in the names tell another.
    AgainstNames,
}

/// The order that was found for one choice of the axes.
struct Found {
    /// 2: the layers chain as their names tell; 1: they chain against their names; 0: they do not chain.
    level: u8,
    /// Places in the order of the names.
    order: Vec<usize>,
    guess: Option<Basis>,
}

impl Found {
    fn none() -> Found {
        Found { level: 0, order: Vec::new(), guess: None }
    }
}

fn search(
    index: &Index<'_>,
    in_file_order: &[ChainEntry],
    by_name: &[ChainEntry],
    order: TensorOrder,
    transpose: bool,
) -> Found {
    let mut entries = by_name.to_vec();
    set_axes(&mut entries, transpose);
    let count = entries.len();
    let joins: Vec<Vec<bool>> =
        entries.iter().map(|first| entries.iter().map(|second| joins(index, first, second)).collect()).collect();
    let position = |entry: &ChainEntry| by_name.iter().position(|other| other.weight_name == entry.weight_name);
    let of_file: Vec<usize> = in_file_order.iter().filter_map(position).collect();
    let of_names: Vec<usize> = (0..count).collect();
    let chains = |order: &[usize]| order.windows(2).all(|pair| joins[pair[0]][pair[1]]);
    let free = vec![Vec::new(); count];
    let any = Trails::find(&joins, &free, &of_names);
    if let ([only], true) = (&any.found[..], any.is_complete) {
        let is_named = only.windows(2).all(|pair| pair[0] < pair[1] || !attribute(by_name, pair[1], pair[0]));
        // Shapes that fit only against the numbers of the names may be those of a file that lacks a layer.
        let guess = (!is_named).then_some(Basis::AgainstNames);
        return Found { level: if is_named { 2 } else { 1 }, order: only.clone(), guess };
    }
    let before: Vec<Vec<usize>> =
        (0..count).map(|later| (0..later).filter(|earlier| attribute(by_name, *earlier, later)).collect()).collect();
    let named = Trails::find(&joins, &before, &of_file);
    let [first, rest @ ..] = &named.found[..] else {
        return match any.found.first() {
            Some(_) if chains(&of_file) => Found { level: 1, order: of_file, guess: Some(Basis::File) },
            Some(first) => Found { level: 1, order: first.clone(), guess: Some(Basis::Shapes) },
            None => Found::none(),
        };
    };
    let contradicts = |order: &[usize]| {
        let steps = order.iter().enumerate();
        steps.clone().any(|(at, later)| order.iter().skip(at).any(|other| before[*later].contains(other)))
    };
    if rest.is_empty() && named.is_complete {
        // The names tell one order; a model that has its layers in another one of its own puts that in doubt.
        let guess = (order == TensorOrder::Own && chains(&of_file) && of_file != *first).then_some(Basis::Names);
        return Found { level: 2, order: first.clone(), guess };
    }
    if chains(&of_file) && (order == TensorOrder::Own || !contradicts(&of_file)) {
        return Found { level: 2, order: of_file, guess: Some(Basis::File) };
    }
    Found { level: 2, order: first.clone(), guess: Some(Basis::Names) }
}

/// Whether the names tell that the layer at the one place of the order of names stands before the other.
fn attribute(by_name: &[ChainEntry], earlier: usize, later: usize) -> bool {
    earlier < later && order_is_told(&by_name[earlier].weight_name, &by_name[later].weight_name)
}

/// Whether the second layer can take what the first gives.
fn joins(index: &Index<'_>, first: &ChainEntry, second: &ChainEntry) -> bool {
    let tensor = |entry: &ChainEntry| index.get(entry.weight_name.as_str()).copied();
    let (Some(before), Some(after)) = (tensor(first), tensor(second)) else { return false };
    let axes = |entry: &ChainEntry, tensor: &TensorInfo| KernelAxes::of_shape(&tensor.shape, entry.transpose);
    match (&first.convolution, &second.convolution) {
        (None, None) => widths(before, first.transpose).1 == widths(after, second.transpose).0,
        (None, Some(_)) => false,
        (Some(_), None) => {
            axes(first, before).is_some_and(|kernel| widths(after, second.transpose).0.is_multiple_of(kernel.outputs))
        }
        (Some(_), Some(_)) => axes(first, before)
            .zip(axes(second, after))
            .is_some_and(|(before, after)| after.groups(before.outputs).is_some()),
    }
}

/// The first two orders in which all layers join.
struct Trails<'a> {
    joins: &'a [Vec<bool>],
    /// What must stand before each layer.
    before: &'a [Vec<usize>],
    /// The order in which layers are tried.
    tried: &'a [usize],
    used: Vec<bool>,
    steps: usize,
    found: Vec<Vec<usize>>,
    is_complete: bool,
}

impl<'a> Trails<'a> {
    fn find(joins: &'a [Vec<bool>], before: &'a [Vec<usize>], tried: &'a [usize]) -> Trails<'a> {
        let used = vec![false; joins.len()];
        let mut trails = Trails { joins, before, tried, used, steps: 0, found: Vec::new(), is_complete: true };
        trails.go_on(&mut Vec::new());
        trails
    }

    fn go_on(&mut self, trail: &mut Vec<usize>) {
        if trail.len() == self.joins.len() {
            self.found.push(trail.clone());
            return;
        }
        for &next in self.tried {
            if self.found.len() > 1 {
                return;
            }
            self.steps += 1;
            if self.steps > MAX_STEPS {
                self.is_complete = false;
                return;
            }
            let follows = trail.last().is_none_or(|last| self.joins[*last][next]);
            if self.used[next] || !follows || self.before[next].iter().any(|earlier| !self.used[*earlier]) {
                continue;
            }
            self.used[next] = true;
            trail.push(next);
            self.go_on(trail);
            trail.pop();
            self.used[next] = false;
        }
    }
}

/// The order of the names or of the file, whichever fits better; matrices as they are come first, since a chain read
/// backwards and transposed fits as well as the chain itself.
fn ranked(
    index: &Index<'_>,
    mut in_file_order: Vec<ChainEntry>,
    mut by_name: Vec<ChainEntry>,
    order: TensorOrder,
) -> Vec<ChainEntry> {
    let rank = |entries: &mut Vec<ChainEntry>| {
        let fits = orient(index, entries);
        (fits, entries.iter().all(|entry| !entry.transpose))
    };
    let (name_rank, file_rank) = (rank(&mut by_name), rank(&mut in_file_order));
    let names_decide = match order {
        TensorOrder::ByName => name_rank >= file_rank,
        TensorOrder::Own => name_rank > file_rank,
    };
    if names_decide { by_name } else { in_file_order }
}

fn order_sentence(entries: &[ChainEntry], basis: Basis) -> String {
    let mut names: Vec<String> =
        entries.iter().take(NAMED_LAYERS).map(|entry| format!("`{}`", entry.weight_name)).collect();
    names.extend((entries.len() > NAMED_LAYERS).then(|| format!("and {} more", entries.len() - NAMED_LAYERS)));
    let names = names.join(", ");
    let basis = match basis {
        Basis::Names => "their names",
        Basis::File => "the file",
        Basis::Shapes => "the first way in which their widths chain",
        Basis::AgainstNames => {
            return format!(
                "the layers stand in the only order in which their widths chain, {names}, against the numbers in their names; \
                 a layer between them may be missing"
            );
        }
    };
    format!("the layers stand in the order of {basis}, {names}, and others fit as well; --tensors gives another")
}

fn axes_sentence(entries: &[ChainEntry], transpose: bool, is_against: bool) -> String {
    let name = entries.iter().find(|entry| entry.convolution.is_none()).map_or("", |entry| entry.weight_name.as_str());
    let (taken, other) = if transpose { ("inputs", "outputs") } else { ("outputs", "inputs") };
    if is_against {
        return format!(
            "the rows of all matrices (`{name}` …) are {taken}, as their widths say, though the names are those of matrices \
             whose rows are {other}"
        );
    }
    format!(
        "the rows of the matrices (`{name}` …) are {taken}; they fit as {other} as well, and nothing in the file decides"
    )
}
