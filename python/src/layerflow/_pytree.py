"""Nests of arrays, as JAX, Flax and Haiku keep them, with a list of activations.

The nests are dictionaries with a `kernel` or `w` (inputs x outputs) or a `weight` (outputs x inputs) and a `bias` or `b`
for each layer, or lists of pairs (W, b) with W inputs x outputs, as x @ W + b takes it.
"""

from __future__ import annotations

import re
from typing import Any, List, Mapping, Optional, Sequence, Tuple

from ._arrays import to_numpy
from ._errors import LayerflowError
from ._graph import Bend, Graph, Input, Linear
from ._layers import Affine, Array, named

#: Names of weights, and whether rows are inputs.
WEIGHTS = {"kernel": True, "w": True, "W": True, "weight": False, "weights": True}
BIASES = ("bias", "b", "biases")


def is_pytree(model: Any) -> bool:
    """Whether the model is a nest of arrays."""
    return isinstance(model, (Mapping, list, tuple))


def read(model: Any, activations: Optional[Sequence[str]]) -> Graph:
    """The graph of the layers in the nest, in the natural order of their names."""
    paths = list(_layers(model, ()))
    if not paths:
        raise LayerflowError("the nest holds no layer: no dictionary with a kernel, w or weight, and no pair (W, b)")
    count = len(paths)
    if activations is None:
        raise LayerflowError(
            f"a nest of arrays does not tell its activations; give activations=[…], one for each of its {count} layers"
        )
    given = list(activations)
    if len(given) == count - 1:
        given.append("identity")
    if len(given) != count:
        told = ", ".join(_spelled(path) for path, _ in paths)
        raise LayerflowError(f"{len(given)} activations are given for {count} layers ({told}); give one for each")
    graph = Graph(name="parameters")
    at = graph.add(Input())
    for (path, is_transposed), activation in zip(paths, given):
        at = graph.add(Linear(_spelled(path), at, _affine(model, path, is_transposed)))
        if activation != "identity":
            at = graph.add(Bend(_spelled(path), at, named(activation)))
    graph.output = at
    graph.assumed.append("the layers follow each other in the order " + ", ".join(_spelled(path) for path, _ in paths))
    _check_chain(model, paths)
    return graph


Path = Tuple[Any, ...]


def _layers(node: Any, path: Path) -> List[Tuple[Path, bool]]:
    """The paths of the layers below a node, and whether the rows of their weights are inputs."""
    if isinstance(node, Mapping):
        weight = next((key for key in WEIGHTS if key in node and not isinstance(node[key], (Mapping, list, tuple))), None)
        if weight is not None:
            unknown = [str(key) for key in node if key != weight and key not in BIASES]
            if unknown:
                raise LayerflowError(f"the layer `{_spelled(path)}` holds {', '.join(unknown)} beside its weights; its map is not known")
            return [(path, WEIGHTS[weight])]
        found = []
        for key in sorted(node, key=_natural):
            below = _layers(node[key], (*path, key))
            if not below and not isinstance(node[key], (Mapping, list, tuple)):
                raise LayerflowError(f"the array `{_spelled((*path, key))}` belongs to no layer; leave it out or name it as weights are")
            found += below
        return found
    if isinstance(node, (list, tuple)):
        if len(node) in (1, 2) and all(hasattr(part, "shape") for part in node) and len(node[0].shape) == 2:
            return [(path, True)]
        return [layer for index, below in enumerate(node) for layer in _layers(below, (*path, index))]
    if hasattr(node, "items") and callable(node.items):
        return _layers(dict(node.items()), path)
    return []


def _natural(key: Any) -> List[Tuple[int, int, str]]:
    """Keys as people count: layer_2 before layer_10."""
    return [(0, int(part), "") if part.isdigit() else (1, 0, part) for part in re.split(r"(\d+)", str(key)) if part]


def _spelled(path: Path) -> str:
    return ".".join(str(part) for part in path) or "layer"


def _at(model: Any, path: Path) -> Any:
    for part in path:
        model = model[part]
    return model


def _affine(model: Any, path: Path, is_transposed: bool) -> Affine:
    def affine() -> Tuple[Array, Optional[Array]]:
        node = _at(model, path)
        if isinstance(node, (list, tuple)):
            weight, bias = node[0], node[1] if len(node) == 2 else None
        else:
            weight = next(node[key] for key in WEIGHTS if key in node)
            bias = next((node[key] for key in BIASES if key in node), None)
        matrix = to_numpy(weight)
        if matrix.ndim != 2:
            raise LayerflowError(f"the weights of `{_spelled(path)}` have the shape {matrix.shape}; only matrices make layers")
        return matrix.T if is_transposed else matrix, None if bias is None else to_numpy(bias).reshape(-1)

    return affine


def _check_chain(model: Any, paths: List[Tuple[Path, bool]]) -> None:
    shapes = [(path, _affine(model, path, is_transposed)()[0].shape) for path, is_transposed in paths]
    for (before, (outputs, _)), (path, (_, inputs)) in zip(shapes, shapes[1:]):
        if inputs != outputs:
            raise LayerflowError(
                f"`{_spelled(path)}` takes {inputs} values, but `{_spelled(before)}` before it gives {outputs}; name the layers in their order"
            )


