"""A model as a graph of operators: what the readers of the frameworks make, and `_lower` makes layers of.

An operator knows how to fetch its numbers, so that a graph is read once and written as often as training goes on.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Callable, List, Optional, Tuple, Union

from ._errors import LayerflowError
from ._layers import Activation, Affine, Array


@dataclass(frozen=True)
class Input:
    """The rows of the data."""

    name: str = "input"


@dataclass(frozen=True)
class Linear:
    """W x + b."""

    name: str
    source: int
    affine: Affine


@dataclass(frozen=True)
class Scale:
    """s x + t for each value, s and t numbers or vectors: a normalisation by stored numbers, or a constant factor."""

    name: str
    source: int
    numbers: Callable[[], Tuple[Array, Array]]


@dataclass(frozen=True)
class Bend:
    """An activation."""

    name: str
    source: int
    activation: Activation


@dataclass(frozen=True)
class Sum:
    """a + b."""

    name: str
    sources: Tuple[int, int]


Operator = Union[Input, Linear, Scale, Bend, Sum]


@dataclass
class Graph:
    """Operators, each behind those that it reads; `output` is the place of the answer."""

    operators: List[Operator] = field(default_factory=list)
    output: int = 0
    name: str = ""
    assumed: List[str] = field(default_factory=list)

    def add(self, operator: Operator) -> int:
        """Puts the operator behind the others; returns its place."""
        self.operators.append(operator)
        return len(self.operators) - 1

    def width(self, place: int) -> int:
        """How many values there are at this place."""
        operator = self.operators[place]
        if isinstance(operator, Linear):
            return int(operator.affine()[0].shape[0])
        if isinstance(operator, (Scale, Bend)):
            return self.width(operator.source)
        if isinstance(operator, Sum):
            return self.width(operator.sources[0])
        width = self._width_behind(place)
        if width is None:
            raise LayerflowError("the number of inputs is told by no weights; the model has no layer that takes its data")
        return width

    def _width_behind(self, start: int) -> Optional[int]:
        """The width that the first weights take which read the value through nothing but activations and sums."""
        same = {start}
        for place, operator in enumerate(self.operators):
            if isinstance(operator, Linear) and operator.source in same:
                return int(operator.affine()[0].shape[1])
            if isinstance(operator, Scale) and operator.source in same:
                scale = operator.numbers()[0]
                if scale.ndim == 1:
                    return len(scale)
                same.add(place)
            if isinstance(operator, Bend) and operator.source in same:
                same.add(place)
            if isinstance(operator, Sum) and (operator.sources[0] in same or operator.sources[1] in same):
                same.add(place)
        return None
