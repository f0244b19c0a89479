"""Keras models: the layers of a Sequential, the operations of a functional model."""

from __future__ import annotations

from typing import Any, Callable, Dict, List, Mapping, Optional, Tuple

import numpy as np

from ._arrays import to_numpy
from ._errors import LayerflowError
from ._graph import Bend, Graph, Input, Linear, Scale, Sum
from ._layers import Activation, Affine, Array, named
from ._lower import ADVICE

#: Layers that do nothing to a row of data while the network answers.
NEEDLESS = {
    "InputLayer", "Dropout", "SpatialDropout1D", "AlphaDropout", "GaussianNoise", "GaussianDropout", "Flatten", "Reshape",
    "Identity", "ActivityRegularization", "Masking",
}  # fmt: skip

#: Activations by the name of their function: ours and the parameters that Keras has.
ACTIVATIONS: Dict[str, Tuple[str, Mapping[str, float]]] = {
    "relu": ("relu", {}),
    "relu6": ("relu6", {}),
    "leaky_relu": ("leaky_relu", {"negative_slope": 0.2}),
    "elu": ("elu", {"alpha": 1.0}),
    "celu": ("celu", {"alpha": 1.0}),
    "selu": ("selu", {}),
    "tanh": ("tanh", {}),
    "sigmoid": ("sigmoid", {}),
    "softplus": ("softplus", {}),
    "softsign": ("softsign", {}),
    "gelu": ("gelu", {}),
    "silu": ("silu", {}),
    "swish": ("silu", {}),
    "mish": ("mish", {}),
    "softmax": ("softmax", {}),
    "log_softmax": ("log_softmax", {}),
    "log_sigmoid": ("log_sigmoid", {}),
    "hard_sigmoid": ("hard_sigmoid", {}),
    "hard_silu": ("hard_swish", {}),
    "hard_swish": ("hard_swish", {}),
    "hard_tanh": ("hard_tanh", {"low": -1.0, "high": 1.0}),
    "tanh_shrink": ("tanh_shrink", {}),
    "soft_shrink": ("soft_shrink", {"lambda": 0.5}),
    "hard_shrink": ("hard_shrink", {"lambda": 0.5}),
    "squareplus": ("squareplus", {"b": 4.0}),
    "sparse_plus": ("sparse_plus", {}),
    "exponential": ("exp", {}),
}


def is_keras(model: Any) -> bool:
    """Whether the model is one of Keras."""
    return any(
        kind.__name__ == "Model" and kind.__module__.split(".")[0] in ("keras", "tf_keras", "tensorflow")
        for kind in type(model).__mro__
    )


def read(model: Any) -> Graph:
    """The graph of the model as it answers."""
    if not getattr(model, "built", False):
        raise LayerflowError("the Keras model is not built yet; give it an Input or call it on data first")
    graph = Graph(name=str(model.name))
    graph.output = _add_model(graph, model, graph.add(Input()))
    return graph


def _add_model(graph: Graph, model: Any, source: int) -> int:
    classes = {kind.__name__ for kind in type(model).__mro__}
    if "Sequential" in classes:
        for layer in model.layers:
            source = _add_layer(graph, layer, [source])
        return source
    if "Functional" in classes:
        return _add_functional(graph, model, source)
    raise LayerflowError(
        f"the model `{model.name}` is a class of its own ({type(model).__name__}), whose call cannot be read; {ADVICE}"
    )


def _add_functional(graph: Graph, model: Any, source: int) -> int:
    if len(model.inputs) != 1 or len(model.outputs) != 1:
        raise LayerflowError(f"the model `{model.name}` has more than one input or output; {ADVICE}")
    places = {id(model.inputs[0]): source}
    # The history of a tensor: the operation that made it, and which of its calls.
    waiting = [model.outputs[0]]
    while waiting:
        tensor = waiting[-1]
        if id(tensor) in places:
            waiting.pop()
            continue
        operation, call = tensor._keras_history[:2]
        read = operation._inbound_nodes[call].input_tensors
        missing = [needed for needed in read if id(needed) not in places]
        if missing:
            waiting.extend(missing)
            continue
        if not read:
            raise LayerflowError(f"the model `{model.name}` reads a second input, `{operation.name}`; {ADVICE}")
        places[id(tensor)] = _add_layer(graph, operation, [places[id(needed)] for needed in read])
    return places[id(model.outputs[0])]


def _add_layer(graph: Graph, layer: Any, sources: List[int]) -> int:
    kind, name, source = type(layer).__name__, str(layer.name), sources[0]
    if kind == "Add" and len(sources) >= 2:
        for other in sources[1:]:
            source = graph.add(Sum(name, (source, other)))
        return source
    if kind == "Subtract" and len(sources) == 2:
        negative = graph.add(Scale(name, sources[1], lambda: (np.asarray(-1.0), np.asarray(0.0))))
        return graph.add(Sum(name, (source, negative)))
    if len(sources) != 1:
        raise LayerflowError(f"the layer `{name}` ({kind}) joins several values; {ADVICE}")
    if kind in NEEDLESS:
        return source
    if kind == "Dense":
        place = graph.add(Linear(name, source, _dense(layer)))
        return _add_activation(graph, name, layer.activation, place)
    if kind == "Activation":
        return _add_activation(graph, name, layer.activation, source)
    if kind in ("BatchNormalization", "Normalization", "Rescaling"):
        return graph.add(Scale(name, source, _numbers(kind, layer)))
    if hasattr(layer, "layers"):
        return _add_model(graph, layer, source)
    activation = _activation_layer(kind, name, layer)
    if activation is None:
        raise LayerflowError(f"the layer `{name}` ({kind}) is neither dense nor an activation; {ADVICE}")
    return graph.add(Bend(name, source, activation))


def _dense(layer: Any) -> Affine:
    def affine() -> Tuple[Array, Optional[Array]]:
        return to_numpy(layer.kernel).T, None if layer.bias is None else to_numpy(layer.bias)

    return affine


def _add_activation(graph: Graph, name: str, function: Any, source: int) -> int:
    spelled = getattr(function, "__name__", type(function).__name__)
    if function is None or spelled == "linear":
        return source
    module = getattr(function, "__module__", "") or ""
    if spelled not in ACTIVATIONS or not module.split(".")[0] in ("keras", "tf_keras", "tensorflow"):
        raise LayerflowError(f"the activation of `{name}`, `{spelled}`, is a function of its own; {ADVICE}")
    ours, parameters = ACTIVATIONS[spelled]
    return graph.add(Bend(name, source, named(ours, **parameters)))


def _activation_layer(kind: str, name: str, layer: Any) -> Optional[Activation]:
    if kind == "ReLU":
        largest, slope, threshold = layer.max_value, float(layer.negative_slope), float(layer.threshold)
        if threshold == 0.0 and largest is None:
            return named("leaky_relu", negative_slope=slope) if slope else named("relu")
        if threshold == 0.0 and slope == 0.0:
            return named("hard_tanh", low=0.0, high=float(largest))
        raise LayerflowError(f"the settings of the ReLU `{name}` together are no activation that can be expressed; {ADVICE}")
    if kind == "LeakyReLU":
        return named("leaky_relu", negative_slope=float(layer.negative_slope))
    if kind == "ELU":
        return named("elu", alpha=float(layer.alpha))
    if kind == "Softmax":
        if layer.axis not in (-1, 1):
            raise LayerflowError(f"the softmax `{name}` runs over axis {layer.axis}; write axis=-1, the values of a row")
        return named("softmax")
    return None


def _numbers(kind: str, layer: Any) -> Callable[[], Tuple[Array, Array]]:
    """s and t of a layer that does s x + t."""

    def of_rescaling() -> Tuple[Array, Array]:
        return np.asarray(layer.scale, dtype=np.float64), np.asarray(layer.offset, dtype=np.float64)

    def of_normalization() -> Tuple[Array, Array]:
        mean, variance = (to_numpy(part).astype(np.float64).reshape(-1) for part in (layer.mean, layer.variance))
        # Keras divides by at least its own epsilon.
        scale = 1.0 / np.maximum(np.sqrt(variance), 1e-7)
        return (1.0 / scale, mean) if layer.invert else (scale, -mean * scale)

    def of_batch_normalization() -> Tuple[Array, Array]:
        mean, variance = (to_numpy(part).astype(np.float64) for part in (layer.moving_mean, layer.moving_variance))
        scale = 1.0 / np.sqrt(variance + layer.epsilon)
        if layer.scale:
            scale = scale * to_numpy(layer.gamma)
        shift = -mean * scale
        return scale, shift + to_numpy(layer.beta) if layer.center else shift

    return {"Rescaling": of_rescaling, "Normalization": of_normalization}.get(kind, of_batch_normalization)


def input_shape(model: Any) -> Tuple[int, ...]:
    """The shape of a row of data as the model takes it.

    Raises LayerflowError if it has more than one input, or one of no fixed size.
    """
    shape = getattr(model, "input_shape", None)
    if not isinstance(shape, tuple) or not all(isinstance(size, int) for size in shape[1:]):
        raise LayerflowError(f"the model `{model.name}` takes {shape}, no row of a fixed size; {ADVICE}")
    return tuple(shape[1:])


def answers(model: Any, x: Any) -> Tuple[Array, float]:
    """What the model answers to x, and how exact that is."""
    try:
        given = model(np.asarray(x), training=False)
    except Exception as error:
        raise LayerflowError(f"the model does not answer rows of x: {error}") from error
    kind = str(getattr(model, "compute_dtype", "float32"))
    return to_numpy(given).astype(np.float64), {"float64": 1e-6, "float32": 1e-4}.get(kind, 3e-2)
