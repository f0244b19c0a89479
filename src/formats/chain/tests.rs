//! Chains by hand: order, biases, transposition, breaks, convolutions.

use super::propose::OrderSource;
use super::*;
use crate::formats::tensor_info::{TensorInfo, TensorOrder};
use crate::network::{Activation, OutputFunction};

fn tensors(list: &[(&str, &[usize])]) -> Vec<TensorInfo> {
    let info = |(name, shape): &(&str, &[usize])| TensorInfo {
        name: (*name).into(),
        shape: shape.to_vec(),
        dtype: "F32".into(),
        bytes: 0,
        is_numeric: true,
        in_model: true,
    };
    list.iter().map(info).collect()
}

fn told(order: TensorOrder) -> OrderSource<'static> {
    OrderSource { order, modules: &[] }
}

fn propose(list: &[(&str, &[usize])]) -> ChainProposal {
    ChainProposal::of_tensors(&tensors(list), told(TensorOrder::ByName), Activation::Tanh, OutputFunction::Softmax)
}

fn label(proposal: &ChainProposal) -> Vec<String> {
    let word = |entry: &ChainEntry| {
        let mark = if entry.transpose { "ᵀ" } else { "" };
        format!("{}{mark}+{}", entry.weight_name, entry.bias_name.as_deref().unwrap_or("0"))
    };
    proposal.entries.iter().map(word).collect()
}

#[test]
fn layers_are_ordered_by_number_and_paired_by_name() {
    let proposal = propose(&[
        ("l.10.bias", &[2]),
        ("l.10.weight", &[2, 5]),
        ("l.2.weight", &[5, 4]),
        ("l.0.weight", &[4, 3]),
        ("l.0.bias", &[4]),
    ]);
    assert_eq!(label(&proposal), ["l.0.weight+l.0.bias", "l.2.weight+0", "l.10.weight+l.10.bias"]);
    assert_eq!(proposal.problems, []);
    let activations: Vec<Activation> = proposal.entries.iter().map(|entry| entry.activation).collect();
    assert_eq!(activations, [Activation::Tanh, Activation::Tanh, Activation::Identity]);
}

#[test]
fn transposed_matrices_are_recognised() {
    let by_shape = propose(&[("W1", &[3, 4]), ("b1", &[4]), ("W2", &[4, 2]), ("b2", &[1, 2])]);
    assert_eq!(label(&by_shape), ["W1ᵀ+b1", "W2ᵀ+b2"]);
    let by_name = propose(&[("coefs_0", &[3, 3]), ("intercepts_0", &[3])]);
    assert_eq!(label(&by_name), ["coefs_0ᵀ+intercepts_0"]);
    let by_bias = propose(&[("kernel", &[2, 3]), ("bias", &[3])]);
    assert_eq!(label(&by_bias), ["kernelᵀ+bias"]);
    assert_eq!(label(&propose(&[("m", &[2, 3])])), ["m+0"]);
}

#[test]
fn names_that_tell_nothing_and_names_without_order() {
    let positional = propose(&[("arr_0", &[4, 2]), ("arr_1", &[4]), ("arr_2", &[1, 4]), ("arr_3", &[1])]);
    assert_eq!(label(&positional), ["arr_0+arr_1", "arr_2+arr_3"]);
    let file_order = propose(&[("hidden.weight", &[4, 2]), ("final.weight", &[3, 4])]);
    assert_eq!(label(&file_order), ["hidden.weight+0", "final.weight+0"]);
    assert_eq!(file_order.fatal_problem(), None);
}

#[test]
fn a_model_tells_its_own_order_and_what_is_beside_it_is_left_alone() {
    let mut list = tensors(&[("wide.weight", &[3, 3]), ("deep.weight", &[3, 3]), ("moment", &[3, 3])]);
    list[2].in_model = false;
    let names = |order| {
        let proposal = ChainProposal::of_tensors(&list, told(order), Activation::Relu, OutputFunction::Identity);
        assert_eq!(proposal.problems, []);
        // Squares without an order in their names stand in that of the file, which is a guess.
        assert!(proposal.order_guess.is_some());
        label(&proposal)
    };
    assert_eq!(names(TensorOrder::ByName), ["wide.weight+0", "deep.weight+0"]);
    assert_eq!(names(TensorOrder::Own), ["wide.weight+0", "deep.weight+0"]);
}

#[test]
fn the_first_break_names_both_sides() {
    let proposal = propose(&[("0.weight", &[32, 64]), ("2.weight", &[16, 20]), ("4.weight", &[10, 16])]);
    let problem = proposal.fatal_problem().unwrap().to_string();
    assert!(problem.starts_with("`0.weight` (32×64) gives 32 values, but `2.weight` (16×20) takes 20"), "{problem}");
    assert_eq!(propose(&[("x", &[3])]).fatal_problem(), Some(&ChainProblem::NoMatrix { objects: false }));
}

#[test]
fn what_is_left_out_is_said_and_the_hand_decides() {
    let list: [(&str, &[usize]); 4] =
        [("extra.scale", &[3, 3, 3, 3]), ("a.weight", &[4, 2]), ("b.weight", &[4, 4]), ("b.bias", &[4])];
    let proposal = propose(&list);
    assert_eq!(proposal.problems.len(), 1);
    assert!(!proposal.problems[0].is_fatal());
    let names = ["b.weight".to_owned()];
    let chosen = ChainProposal::of_names_in(
        &tensors(&list),
        told(TensorOrder::ByName),
        &names,
        Activation::Relu,
        OutputFunction::Identity,
    );
    assert_eq!((label(&chosen), chosen.problems.len()), (vec!["b.weight+b.bias".to_owned()], 0));
    let missing = ["c".to_owned(), "extra.scale".to_owned()];
    let chosen = ChainProposal::of_names_in(
        &tensors(&list),
        told(TensorOrder::ByName),
        &missing,
        Activation::Relu,
        OutputFunction::Identity,
    );
    assert_eq!(chosen.problems.len(), 2);
}

/// A chain of convolutions for an input of this shape, and its first fatal problem.
fn shaped(list: &[(&str, &[usize])], shape: &str, geometry: &str) -> (ChainProposal, Option<String>) {
    let tensors = tensors(list);
    let mut proposal = propose(list);
    proposal.set_input_shape(Some(parse_input_shape(shape).unwrap()));
    if !geometry.is_empty() {
        proposal.set_convolutions(&ConvolutionSettings::parse_list(geometry).unwrap());
    }
    proposal.check(&tensors);
    let problem = proposal.fatal_problem().map(ToString::to_string);
    (proposal, problem)
}

const CNN: [(&str, &[usize]); 9] = [
    ("conv1.weight", &[4, 1, 3, 3]),
    ("conv1.bias", &[4]),
    ("bn1.weight", &[4]),
    ("bn1.bias", &[4]),
    ("bn1.running_mean", &[4]),
    ("bn1.running_var", &[4]),
    ("conv2.weight", &[6, 4, 3, 3]),
    ("fc.weight", &[10, 96]),
    ("fc.bias", &[10]),
];

#[test]
fn convolutions_ask_for_the_input_shape_and_move_as_the_only_way_that_fits() {
    let without = propose(&CNN);
    assert_eq!(label(&without), ["conv1.weight+conv1.bias", "conv2.weight+0", "fc.weight+fc.bias"]);
    let problem = without.fatal_problem().unwrap();
    assert!(problem.leaves_spectra() && problem.to_string().contains("--input-shape C,H,W"), "{problem}");
    let (proposal, problem) = shaped(&CNN, "1,8,8", "");
    assert_eq!(problem, None);
    assert_eq!(convolution_text(&proposal.candidates[0]), "stride=1,padding=0,pool=none");
    let shape = |position: usize| proposal.widths[position].clone().unwrap().1;
    assert_eq!([shape(0), shape(1), shape(2)], ["4×6×6", "6×4×4", "10"]);
    assert_eq!(proposal.entries[0].normalisation.as_ref().map(|bn| bn.name.as_str()), Some("bn1"));
    // The normalisation is told as folded in, and nothing is left over.
    assert!(matches!(&proposal.problems[..], [ChainProblem::Folded { name, .. }] if name == "bn1"));
}

#[test]
fn what_the_shapes_do_not_decide_is_asked() {
    let mut list = CNN;
    list[7] = ("fc.weight", &[10, 24]);
    // 6 channels of 2×2: strides of 2, or pools of 2 that may be of maxima.
    let (proposal, problem) = shaped(&list, "1,8,8", "");
    let problem = problem.unwrap();
    assert!(problem.contains("several ways fit: `stride=2,padding=same,pool=none`"), "{problem}");
    assert!(proposal.candidates.len() > 1);
    assert_eq!(shaped(&list, "1,8,8", "stride=2,padding=same").1, None);
    assert_eq!(shaped(&list, "1,8,8", "padding=same,pool=2;stride=2,padding=1").1, None);
    let (_, wrong) = shaped(&list, "1,8,8", "stride=1,padding=same");
    assert!(wrong.unwrap().contains("gives 384 values, but `fc.weight` (10×24) takes 24"));
    list[7] = ("fc.weight", &[10, 25]);
    assert!(shaped(&list, "1,8,8", "").1.unwrap().contains("none of the usual ways"));
    assert!(shaped(&CNN, "3,8,8", "").1.unwrap().contains("the kernel takes 1 channels, but its input is 3×8×8"));
    let alone: [(&str, &[usize]); 1] = [("arr_0", &[8, 3, 3, 3])];
    assert_eq!(shaped(&alone, "3,6,6", "padding=same").1, None);
    assert!(shaped(&CNN, "1,300,300", "padding=0").1.unwrap().contains("at most 4096 on a side"));
}

#[test]
fn signals_groups_and_the_axes_of_keras() {
    let signal: [(&str, &[usize]); 3] = [("0.weight", &[4, 2, 5]), ("2.weight", &[4, 1, 3]), ("4.weight", &[3, 40])];
    let (proposal, problem) = shaped(&signal, "2,16", "");
    assert_eq!(problem, None);
    assert_eq!(proposal.widths[1], Some(("4×1×12".into(), "4×1×10".into())));
    let keras: [(&str, &[usize]); 4] =
        [("conv/kernel", &[3, 3, 1, 2]), ("conv/bias", &[2]), ("out/kernel", &[128, 5]), ("out/bias", &[5])];
    let (proposal, problem) = shaped(&keras, "1,8,8", "");
    assert_eq!(problem, None);
    assert!(proposal.entries.iter().all(|entry| entry.transpose));
    assert_eq!(proposal.widths[0], Some(("1×8×8".into(), "2×8×8".into())));
}

#[test]
fn residual_blocks_are_not_taken_for_a_chain() {
    let list: [(&str, &[usize]); 3] =
        [("conv1.weight", &[4, 3, 3, 3]), ("layer1.0.conv1.weight", &[4, 4, 3, 3]), ("fc.weight", &[10, 4])];
    let (_, problem) = shaped(&list, "3,8,8", "padding=same;padding=same,pool=global");
    assert!(problem.unwrap().starts_with("`layer1.0.conv1.weight` belongs to a residual block"));
}

#[test]
fn settings_are_read_as_they_are_written() {
    for text in ["stride=2,padding=same,pool=global", "stride=1,padding=3,dilation=2,pool=4"] {
        assert_eq!(ConvolutionSettings::parse(text).unwrap().to_string(), text);
    }
    assert_eq!(ConvolutionSettings::parse("").unwrap(), ConvolutionSettings::default());
    for wrong in ["stride=0", "stride", "pool=-1", "padding=99999999999999999999", "kernel=3"] {
        assert!(ConvolutionSettings::parse(wrong).unwrap_err().contains("is not understood"), "{wrong}");
    }
    assert_eq!(parse_input_shape("3×32×32").unwrap().values(), 3072);
    for wrong in ["", "3", "3,x,4", "1,2,3,4", "0,4,4", "99999999,99999999,99999999"] {
        assert!(parse_input_shape(wrong).is_err(), "{wrong}");
    }
}

#[test]
fn recurrent_and_attention_matrices_are_no_chain_unless_chosen() {
    let recurrent: &[(&str, &[usize])] = &[("rnn.weight_ih_l0", &[4, 4]), ("rnn.weight_hh_l0", &[4, 4])];
    let problem = propose(recurrent).fatal_problem().cloned();
    assert!(
        matches!(&problem, Some(problem @ ChainProblem::Recurrent { .. }) if problem.leaves_spectra()),
        "{problem:?}"
    );
    let attention: &[(&str, &[usize])] = &[("attn.q_proj.weight", &[4, 4]), ("attn.k_proj.weight", &[4, 4])];
    assert!(matches!(propose(attention).fatal_problem(), Some(ChainProblem::Attention { .. })));
    let names = ["rnn.weight_hh_l0".to_owned()];
    let alone = ChainProposal::of_names_in(
        &tensors(recurrent),
        told(TensorOrder::ByName),
        &names,
        Activation::Tanh,
        OutputFunction::Identity,
    );
    assert_eq!(alone.fatal_problem(), None);
}

#[test]
fn the_end_of_a_name_is_enough_where_it_is_the_only_one() {
    let list = tensors(&[("net.fc1.weight", &[3, 2]), ("net.fc1.bias", &[3]), ("net.fc2.weight", &[1, 3])]);
    let of = |names: &[&str]| {
        let names: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
        ChainProposal::of_names_in(&list, told(TensorOrder::ByName), &names, Activation::Tanh, OutputFunction::Identity)
    };
    assert_eq!(label(&of(&["fc1", "fc2.weight"])), ["net.fc1.weight+net.fc1.bias", "net.fc2.weight+0"]);
    let several = of(&["weight"]);
    let problem = several.fatal_problem().unwrap().to_string();
    assert!(problem.contains("2 tensors end in `weight`, `net.fc1.weight` and `net.fc2.weight`"), "{problem}");
    assert!(matches!(of(&["c1"]).fatal_problem(), Some(ChainProblem::Missing { .. })));
}

/// A window that is wider than its channels is none: the axes are read the other way, and that is told.
#[test]
fn the_axes_of_a_kernel_tell_their_order_where_its_name_does_not() {
    let proposal = propose(&[("conv1.weight", &[3, 3, 16, 32]), ("conv2.weight", &[1, 1, 32, 256])]);
    assert_eq!(label(&proposal), ["conv1.weightᵀ+0", "conv2.weightᵀ+0"]);
    assert!(proposal.guesses().len() == 2 && proposal.guesses()[0].contains("height, width, inputs, outputs"));
    let proposal = propose(&[("conv1.kernel", &[3, 3, 16, 32]), ("conv2.kernel", &[64, 32, 3, 3])]);
    assert_eq!(label(&proposal), ["conv1.kernelᵀ+0", "conv2.kernel+0"]);
    assert_eq!(proposal.guesses().len(), 1);
    // Where both orders make sense, the name decides.
    let proposal = propose(&[("conv1.weight", &[4, 1, 3, 3]), ("conv2.kernel", &[3, 3, 4, 8])]);
    assert_eq!(label(&proposal), ["conv1.weight+0", "conv2.kernelᵀ+0"]);
    assert!(proposal.guesses().is_empty());
}
