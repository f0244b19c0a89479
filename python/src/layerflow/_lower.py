"""The chains and blocks of a graph as layers."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import List, Optional, Tuple, Union

import numpy as np

from ._errors import LayerflowError
from ._graph import Bend, Graph, Input, Linear, Operator, Scale, Sum
from ._layers import IDENTITY, Activation, Affine, Array, Dense, Layer, Network, Residual

#: What is applied to the last layer's values and is no activation of it.
OUTPUTS = ("softmax", "log_softmax", "sigmoid")
ADVICE = "export the model to ONNX and open that file"


def lower(graph: Graph) -> Network:
    """The layers of the graph.

    Raises LayerflowError if there is a part that is neither a dense layer nor a residual block.
    """
    end, output = graph.output, "identity"
    last = graph.operators[end]
    if isinstance(last, Bend) and (name := last.activation()[0]) in OUTPUTS:
        end, output = last.source, name
    layers = _layers_to(graph, end)
    if not layers:
        raise LayerflowError("the model has no layer with weights")
    return Network(layers, output, graph.name, graph.assumed)


def _layers_to(graph: Graph, end: int) -> List[Layer]:
    pieces: List[Tuple[int, Union[Operator, Layer]]] = []
    at = end
    while not isinstance(operator := graph.operators[at], Input):
        if isinstance(operator, Sum):
            common, block = _block(graph, operator)
            pieces.append((at, block))
            at = common
        else:
            pieces.append((at, operator))
            at = operator.source
    layers: List[Layer] = []
    for place, piece in reversed(pieces):
        last = layers[-1] if layers else None
        is_open = isinstance(last, Dense) and last.activation is IDENTITY
        if isinstance(piece, (Dense, Residual)):
            layers.append(piece)
        elif isinstance(piece, Linear):
            layers.append(Dense(piece.name, piece.affine))
        elif isinstance(piece, (Scale, Bend)):
            # What has no weights of its own joins the layer in front of it, or stands on the identity.
            if not is_open:
                layers.append(Dense(piece.name, _unit(graph.width(piece.source))))
            base = layers[-1]
            assert isinstance(base, Dense)
            if isinstance(piece, Bend):
                layers[-1] = replace(base, activation=piece.activation)
            else:
                layers[-1] = replace(base, affine=_product(_diagonal(piece, graph.width(place)), base.affine))
    return layers


@dataclass
class _Branch:
    """after(activation(before(x))); None is the identity."""

    before: Optional[Affine] = None
    activation: Optional[Activation] = None
    after: Optional[Affine] = None
    activations: int = 0


def _block(graph: Graph, add: Sum) -> Tuple[int, Layer]:
    """The place at which a sum's two ways part, and what lies between the two as a layer."""
    ways = [_way_back(graph, source) for source in add.sources]
    common = next((place for place in ways[0] if place in ways[1]), None)
    if common is None:
        raise LayerflowError(f"the sum `{add.name}` joins ways that do not part at one value, so it is no block; {ADVICE}")
    one, other = (_branch(graph, list(reversed(way[: way.index(common)]))) for way in ways)
    if one.activations + other.activations > 1:
        raise LayerflowError(
            f"the sum `{add.name}` has more than one activation between where its ways part and where they meet, and a "
            f"residual block holds one; {ADVICE}"
        )
    width = graph.width(common)
    branch, skip = (one, other) if one.activation is not None else (other, one)
    inner = branch.before or _unit(width)
    if branch.activation is None:
        return common, Dense(add.name, _sum(inner, skip.before or _unit(width)))
    outer = branch.after or _unit(len(inner()[0]))
    if skip.before is None:
        return common, Residual(add.name, inner, branch.activation, outer)
    return common, Residual(add.name, inner, branch.activation, _with_bias_of(outer, skip.before), skip.before)


def _way_back(graph: Graph, place: int) -> List[int]:
    """The places from here back to the next sum or the input."""
    way = [place]
    while not isinstance(operator := graph.operators[way[-1]], (Input, Sum)):
        way.append(operator.source)
    return way


def _branch(graph: Graph, places: List[int]) -> _Branch:
    branch = _Branch()
    for place in places:
        operator = graph.operators[place]
        if isinstance(operator, Bend):
            branch.activation = operator.activation
            branch.activations += 1
        elif isinstance(operator, (Linear, Scale)):
            affine = operator.affine if isinstance(operator, Linear) else _diagonal(operator, graph.width(place))
            if branch.activation is None:
                branch.before = affine if branch.before is None else _product(affine, branch.before)
            else:
                branch.after = affine if branch.after is None else _product(affine, branch.after)
    return branch


def _unit(width: int) -> Affine:
    return lambda: (np.eye(width), None)


def _diagonal(scale: Scale, width: int) -> Affine:
    def affine() -> Tuple[Array, Optional[Array]]:
        factors, shift = scale.numbers()
        return np.diag(np.broadcast_to(factors, (width,))), np.array(np.broadcast_to(shift, (width,)))

    return affine


def _plus(one: Optional[Array], other: Optional[Array]) -> Optional[Array]:
    if one is None or other is None:
        return one if other is None else other
    return one + other


def _wide(values: Optional[Array]) -> Optional[Array]:
    """In f64: products and sums of what a model keeps in fewer bits are not rounded to these."""
    return None if values is None else np.asarray(values, dtype=np.float64)


def _product(second: Affine, first: Affine) -> Affine:
    """second(first(x))."""

    def affine() -> Tuple[Array, Optional[Array]]:
        (weight, bias), (inner, shift) = second(), first()
        weight = np.asarray(weight, dtype=np.float64)
        moved = None if shift is None else weight @ np.asarray(shift, dtype=np.float64)
        return weight @ inner, _plus(moved, _wide(bias))

    return affine


def _sum(one: Affine, other: Affine) -> Affine:
    """one(x) + other(x)."""

    def affine() -> Tuple[Array, Optional[Array]]:
        (first, shift), (second, bias) = one(), other()
        return np.asarray(first, dtype=np.float64) + second, _plus(_wide(shift), _wide(bias))

    return affine


def _with_bias_of(outer: Affine, skip: Affine) -> Affine:
    """outer with the shift of the shortcut, which a block keeps there."""

    def affine() -> Tuple[Array, Optional[Array]]:
        weight, bias = outer()
        return weight, _plus(_wide(bias), _wide(skip()[1]))

    return affine
