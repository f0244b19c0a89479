//! Keras's recurrent layers.

use nalgebra::{DMatrix, DVector};
use serde_json::{Map, Value};

use super::super::graph::GraphProblem;
use super::architecture::LayerConfig;
use super::reading::Reading;
use super::settings::Settings;
use super::weights::WeightFault;
use crate::formats::graph::{Cell, Gate, Recurrence, ValueId};
use crate::network::Activation;

/// What of the settings says nothing once training is over, or how it is computed.
const NEEDLESS: [&str; 10] = [
    "dropout",
    "recurrent_dropout",
    "implementation",
    "unroll",
    "unit_forget_bias",
    "use_cudnn",
    "zero_output_for_mask",
    "time_major",
    "return_state",
    "consume_less",
];

impl Reading<'_> {
    /// The layer's value; none where its class is none of these.
    pub(super) fn recurrent(
        &mut self,
        layer: &LayerConfig,
        settings: &Settings<'_>,
        of: ValueId,
    ) -> Result<Option<ValueId>, WeightFault> {
        match layer.class.as_str() {
            "LSTM" | "GRU" | "SimpleRNN" => self.one_way(layer, &layer.class, settings, of, ("", false)).map(Some),
            "Bidirectional" => self.both_ways(layer, settings, of).map(Some),
            _ => Ok(None),
        }
    }

    /// One layer whose tensors have these words before their roles; `is_turned` reads the sequence from its end.
    fn one_way(
        &mut self,
        layer: &LayerConfig,
        class: &str,
        settings: &Settings<'_>,
        of: ValueId,
        (prefix, is_turned): (&str, bool),
    ) -> Result<ValueId, WeightFault> {
        let node = settings.node;
        if settings.flag("time_major", false)? || settings.flag("return_state", false)? {
            return Err(settings.problem("time_major or return_state", "is on, which is not understood").into());
        }
        settings.ignore(&NEEDLESS);
        let goes_back = settings.flag("go_backwards", false)? != is_turned;
        let gives_all = settings.flag("return_sequences", false)?;
        let cell = match class {
            "LSTM" => Cell::Lstm,
            "GRU" => Cell::Gru { reset_after: settings.flag("reset_after", false)? },
            _ => Cell::Plain,
        };
        let role = |name: &str| format!("{prefix}{name}");
        let weight = self.weights.matrix(layer, &role("kernel"))?.transpose();
        let recurrent = self.weights.matrix(layer, &role("recurrent_kernel"))?.transpose();
        let (rows, units) = recurrent.shape();
        if settings.count("units")?.is_some_and(|attribute| attribute != units) {
            let problem = format!("its kernel is of {units} units, which is not what its settings say");
            return Err(GraphProblem::Weights { node: node.into(), problem }.into());
        }
        let bias = self.weights.vector_if(settings.flag("use_bias", true)?, layer, &role("bias"))?;
        let zeros = || DVector::zeros(rows);
        let (bias, recurrent_bias) = match bias {
            None => (zeros(), zeros()),
            // One for the input, and one for the hidden vector.
            Some(both) if both.len() == rows * 2 && cell == (Cell::Gru { reset_after: true }) => {
                (both.rows(0, rows).into_owned(), both.rows(rows, rows).into_owned())
            }
            Some(bias) => (bias, zeros()),
        };
        let gate = self.gate(settings, "recurrent_activation", Activation::Sigmoid)?;
        let activation = self.gate(settings, "activation", Activation::Tanh)?;
        let layer = Recurrence {
            cell,
            weight,
            recurrent,
            bias,
            recurrent_bias,
            gate: if cell == Cell::Plain { activation } else { gate },
            activation,
            output: activation,
            start: [None, None],
            is_reversed: goes_back,
        };
        let mut hidden = self.graph.unrolled(of, node, &layer)?;
        if goes_back {
            hidden.reverse();
        }
        if gives_all {
            return Ok(self.graph.sequence(&hidden, node)?);
        }
        Ok(*hidden.last().ok_or_else(|| settings.problem("its input", "has no times"))?)
    }

    /// The activation of a gate, which must be one of single values.
    fn gate(&mut self, settings: &Settings<'_>, key: &str, absent: Gate) -> Result<Gate, GraphProblem> {
        let name = match settings.get(key) {
            None => return Ok(absent),
            Some(Value::String(name)) => name.as_str(),
            Some(other) => other.get("config").and_then(Value::as_str).unwrap_or_default(),
        };
        match name {
            "linear" => Ok(Activation::Identity),
            "hard_sigmoid" => Ok(self.hard_sigmoid(settings.node)),
            "tanh" | "sigmoid" | "relu" | "elu" | "selu" | "softplus" | "softsign" | "silu" | "gelu" => {
                Activation::from_name(name).ok_or_else(|| settings.problem(key, "is not understood"))
            }
            _ => Err(settings.problem(key, &format!("is {name}, which is not understood"))),
        }
    }

    /// A layer forward, and its twin backward, joined.
    fn both_ways(&mut self, layer: &LayerConfig, settings: &Settings<'_>, of: ValueId) -> Result<ValueId, WeightFault> {
        let node = settings.node;
        let empty = Map::new();
        let inner = |key: &str| settings.get(key).and_then(Value::as_object);
        let forward = inner("layer").ok_or_else(|| settings.problem("layer", "is not told"))?;
        let backward = inner("backward_layer");
        let mut given = Vec::with_capacity(2);
        for (layer_config, prefix, is_turned) in
            [(Some(forward), "forward/", false), (backward.or(Some(forward)), "backward/", backward.is_none())]
        {
            let layer_config = layer_config.unwrap_or(&empty);
            let class = layer_config.get("class_name").and_then(Value::as_str).unwrap_or_default();
            if !matches!(class, "LSTM" | "GRU" | "SimpleRNN") {
                return Err(settings.problem("layer", &format!("is {class}, which is not understood")).into());
            }
            let config = layer_config.get("config").and_then(Value::as_object).unwrap_or(&empty);
            let own = Settings::new(node, config);
            own.ignore(&["dtype"]);
            let gives_all = own.flag("return_sequences", false)?;
            let value = self.one_way(layer, class, &own, of, (prefix, is_turned))?;
            own.close(&mut self.account);
            // The backward sequence is turned round, so that times lie beside each other.
            given.push(if prefix == "backward/" && gives_all { self.turned_times(value, node)? } else { value });
        }
        let [forward, backward] = given[..] else { return Err(settings.problem("layer", "is not told").into()) };
        let axis = self.graph.known_shape(forward, node)?.len().saturating_sub(1);
        Ok(match settings.text("merge_mode") {
            None if settings.get("merge_mode").is_none() => {
                return Err(settings.problem("merge_mode", "is none, which gives two values").into());
            }
            Some("concat") => self.graph.concat(&[forward, backward], node, axis)?,
            Some("sum") => self.graph.sum(forward, backward, node)?,
            Some("ave") => self.graph.combine(&[(0.5, forward), (0.5, backward)], node)?,
            Some("mul") => self.graph.gated(forward, backward, node)?,
            _ => return Err(settings.problem("merge_mode", "is not understood").into()),
        })
    }

    fn turned_times(&mut self, of: ValueId, node: &str) -> Result<ValueId, GraphProblem> {
        let shape = self.graph.known_shape(of, node)?;
        let [times, units] = shape[..] else { return Ok(of) };
        let positions: DMatrix<usize> = DMatrix::from_fn(units, times, |unit, time| (times - 1 - time) * units + unit);
        self.graph.pick(of, node, positions.as_slice(), shape)
    }
}
