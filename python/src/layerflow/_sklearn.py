"""scikit-learn: multi-layer perceptrons, linear models, and pipelines of scalers that end in one."""

from __future__ import annotations

from typing import Any, Callable, List, Optional, Tuple

import numpy as np

from ._errors import LayerflowError
from ._graph import Bend, Graph, Input, Linear, Scale
from ._layers import Affine, Array, named

ACTIVATIONS = {"identity": "identity", "logistic": "sigmoid", "tanh": "tanh", "relu": "relu", "softmax": "softmax"}


def is_sklearn(model: Any) -> bool:
    """Whether the model is an estimator with the weights of a perceptron, or a pipeline."""
    return hasattr(model, "coefs_") or (hasattr(model, "steps") and hasattr(model, "named_steps")) or (
        type(model).__module__.startswith("sklearn.neural_network")
    )


def read(model: Any) -> Graph:
    """The graph of the estimator."""
    graph = Graph(name=type(_last(model)).__name__)
    at = graph.add(Input())
    for name, step in getattr(model, "steps", [])[:-1]:
        if step is None or step == "passthrough":
            continue
        at = graph.add(Scale(str(name), at, _scaler(str(name), step)))
    last = _last(model)
    if not hasattr(last, "coefs_"):
        kind = type(last).__name__
        told = "is not fitted; call fit first" if hasattr(last, "hidden_layer_sizes") else "is no multi-layer perceptron"
        raise LayerflowError(f"the estimator {kind} {told}")
    count = len(last.coefs_)
    for index in range(count):
        at = graph.add(Linear(f"coefs_{index}", at, _layer(last, index)))
        activation = last.out_activation_ if index + 1 == count else last.activation
        if activation not in ACTIVATIONS:
            raise LayerflowError(f"the activation `{activation}` of the estimator is not known")
        if activation != "identity":
            at = graph.add(Bend(f"coefs_{index}", at, named(ACTIVATIONS[activation])))
    graph.output = at
    return graph


def _last(model: Any) -> Any:
    return model.steps[-1][1] if hasattr(model, "steps") else model


def _layer(model: Any, index: int) -> Affine:
    def affine() -> Tuple[Array, Optional[Array]]:
        return np.asarray(model.coefs_[index]).T, np.asarray(model.intercepts_[index])

    return affine


def _scaler(name: str, step: Any) -> Callable[[], Tuple[Array, Array]]:
    """s and t of a transformer that does s x + t."""
    kind = type(step).__name__
    if kind == "StandardScaler":

        def of_standard() -> Tuple[Array, Array]:
            width = step.n_features_in_
            scale = np.ones(width) if step.scale_ is None else 1.0 / step.scale_
            return scale, np.zeros(width) if step.mean_ is None else -step.mean_ * scale

        return of_standard
    if kind == "MinMaxScaler" and not step.clip:
        return lambda: (step.scale_, step.min_)
    if kind == "MaxAbsScaler" and not getattr(step, "clip", False):
        return lambda: (1.0 / step.scale_, np.zeros_like(step.scale_))
    if kind == "RobustScaler":

        def of_robust() -> Tuple[Array, Array]:
            width = step.n_features_in_
            scale = np.ones(width) if step.scale_ is None else 1.0 / step.scale_
            return scale, np.zeros(width) if step.center_ is None else -step.center_ * scale

        return of_robust
    raise LayerflowError(
        f"the step `{name}` of the pipeline ({kind}) is no shift and scale of columns; give the model behind it and x as it takes it"
    )


def answers(model: Any, x: Any) -> Tuple[Array, float]:
    """What the estimator answers to x, and how exact that is."""
    last, rows = _last(model), np.asarray(x, dtype=np.float64)
    try:
        if not hasattr(last, "predict_proba"):
            return np.asarray(model.predict(rows), dtype=np.float64).reshape(len(rows), -1), 1e-6
        given = np.asarray(model.predict_proba(rows), dtype=np.float64)
    except Exception as error:
        raise LayerflowError(f"the model does not answer rows of x: {error}") from error
    # Two classes have one output; the other's probability is the rest.
    return (given[:, 1:] if last.n_outputs_ == 1 else given), 1e-5


__all__: List[str] = ["answers", "is_sklearn", "read"]
