"""What torch.fx traced, as our graph."""

from __future__ import annotations

import numbers as abstract
from typing import Any, Callable, Dict, Optional, Tuple

import numpy as np

from ._arrays import to_numpy
from ._errors import LayerflowError
from ._graph import Bend, Graph, Input, Linear, Scale, Sum
from ._layers import Affine, Array
from ._lower import ADVICE
from ._torch_activations import of_function

#: Functions and methods that leave the values of a row as they are.
NEEDLESS = {
    "flatten", "view", "reshape", "dropout", "contiguous", "clone", "squeeze", "float", "double", "to", "type", "alpha_dropout",
    "feature_dropout",
}  # fmt: skip


def read_trace(model: Any, traced: Any) -> Graph:
    """The graph of a traced module."""
    return _Reader(model, traced).read()


class _Reader:
    def __init__(self, model: Any, traced: Any) -> None:
        self.model, self.traced = model, traced
        self.graph = Graph(name=type(model).__name__)
        self.places: Dict[str, int] = {}

    def read(self) -> Graph:
        for node in self.traced.graph.nodes:
            if node.op == "placeholder":
                self.input(node)
            elif node.op == "output":
                result = node.args[0]
                if getattr(result, "name", None) not in self.places:
                    raise LayerflowError(f"the model answers more than one tensor; {ADVICE}")
                self.graph.output = self.places[result.name]
            elif node.op == "call_module":
                self.module(node)
            elif node.op in ("call_function", "call_method"):
                self.call(node)
            # What get_attr fetches is looked up where it is used.
        return self.graph

    def input(self, node: Any) -> None:
        if not node.users and node.args:
            return
        if any(isinstance(operator, Input) for operator in self.graph.operators):
            raise LayerflowError(f"the model takes more than one input (`{node.name}`); {ADVICE}")
        self.places[node.name] = self.graph.add(Input(str(node.target)))

    def module(self, node: Any) -> None:
        from ._torch import add_module  # The reader of modules reads traces as well.

        module = self.traced.get_submodule(node.target)
        place = add_module(self.graph, node.target, module, self.source(node, node.args[0]))
        assert place is not None
        self.places[node.name] = place

    def call(self, node: Any) -> None:
        target = node.target if isinstance(node.target, str) else getattr(node.target, "__name__", str(node.target))
        if target == "getattr" or not self.reads_values(node):
            # Sizes, which only views ask for.
            return
        handled = self.arithmetic(node, target)
        if handled is None and target == "linear":
            handled = self.graph.add(Linear(node.name, self.source(node, node.args[0]), self.linear(node)))
        if handled is None and target in ("size", "dim", "shape"):
            return
        if handled is None and target in NEEDLESS:
            handled = self.source(node, node.args[0])
        if handled is None and target == "getitem":
            # One part of a size.
            return
        if handled is None:
            activation = of_function(node.name, target, tuple(node.args[1:]), node.kwargs)
            if activation is not None:
                handled = self.graph.add(Bend(node.name, self.source(node, node.args[0]), activation))
        if handled is None:
            raise LayerflowError(f"the operator `{target}` (`{node.name}`) is no part of a dense layer or residual block; {ADVICE}")
        self.places[node.name] = handled

    def reads_values(self, node: Any) -> bool:
        return any(getattr(argument, "name", None) in self.places for argument in node.args)

    def source(self, node: Any, argument: Any) -> int:
        place = self.places.get(getattr(argument, "name", ""))
        if place is None:
            raise LayerflowError(f"`{node.name}` does not read what the layers before it give; {ADVICE}")
        return place

    def arithmetic(self, node: Any, target: str) -> Optional[int]:
        """Sums, differences and products with constants."""
        kinds = {"add": 1.0, "iadd": 1.0, "add_": 1.0, "sub": -1.0, "mul": 0.0, "imul": 0.0, "truediv": 0.0, "div": 0.0}
        if target == "neg":
            return self.scale(node, node.args[0], -1.0, 0.0)
        if target not in kinds or len(node.args) != 2:
            return None
        if node.kwargs:
            raise LayerflowError(f"`{node.name}` is a sum with options; {ADVICE}")
        left, right = node.args
        places = [self.places.get(getattr(side, "name", "")) for side in (left, right)]
        if places[0] is not None and places[1] is not None:
            if target in ("add", "iadd", "add_"):
                return self.graph.add(Sum(node.name, (places[0], places[1])))
            if target == "sub":
                return self.graph.add(Sum(node.name, (places[0], self.scale(node, right, -1.0, 0.0))))
            return None
        value, constant = (left, right) if places[0] is not None else (right, left)
        number = self.constant(constant)
        if number is None:
            return None
        if target in ("add", "iadd", "add_"):
            return self.scale(node, value, 1.0, number)
        if target == "sub":
            return self.scale(node, value, 1.0, lambda: -number()) if value is left else self.scale(node, value, -1.0, number)
        if target in ("mul", "imul"):
            return self.scale(node, value, number, 0.0)
        return self.scale(node, value, lambda: 1.0 / number(), 0.0) if value is left else None

    def scale(self, node: Any, value: Any, factor: Any, shift: Any) -> int:
        def resolved(number: Any) -> Array:
            return np.asarray(number() if callable(number) else number, dtype=np.float64)

        return self.graph.add(Scale(node.name, self.source(node, value), lambda: (resolved(factor), resolved(shift))))

    def constant(self, argument: Any) -> Optional[Callable[[], Array]]:
        """A number, or one or a vector of them that the module owns and may learn."""
        if isinstance(argument, abstract.Real):
            return lambda: np.asarray(float(argument))
        if getattr(argument, "op", None) != "get_attr":
            return None
        fetch = self.fetcher(argument)
        if to_numpy(fetch()).squeeze().ndim > 1:
            return None
        return lambda: to_numpy(fetch()).astype(np.float64).squeeze()

    def linear(self, node: Any) -> Affine:
        """F.linear(x, weight, bias) of tensors that the module owns."""
        weight = self.owned(node, node.args[1] if len(node.args) > 1 else node.kwargs.get("weight"))
        given = node.args[2] if len(node.args) > 2 else node.kwargs.get("bias")
        bias = None if given is None else self.owned(node, given)

        def affine() -> Tuple[Array, Optional[Array]]:
            return to_numpy(weight()), None if bias is None else to_numpy(bias())

        return affine

    def owned(self, node: Any, argument: Any) -> Callable[[], Any]:
        if getattr(argument, "op", None) != "get_attr":
            raise LayerflowError(f"`{node.name}` multiplies by weights that are computed; {ADVICE}")
        return self.fetcher(argument)

    def fetcher(self, argument: Any) -> Callable[[], Any]:
        path = str(argument.target).split(".")

        def fetch() -> Any:
            owner = self.model
            for part in path:
                owner = getattr(owner, part)
            return owner

        return fetch
