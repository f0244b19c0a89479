"""PyTorch modules: the graph by torch.fx where it traces, else the order of the module tree.

Nothing of PyTorch is imported that the model's owner has not imported: classes are known by their names.
"""

from __future__ import annotations

import importlib
from typing import Any, Callable, Dict, List, Optional, Tuple

import numpy as np

from ._arrays import to_numpy
from ._errors import LayerflowError
from ._graph import Bend, Graph, Input, Linear, Scale
from ._layers import Activation, Affine, Array
from ._lower import ADVICE
from ._torch_activations import of_module
from ._torch_trace import read_trace

#: Modules that do nothing to a row of data while the network answers.
NEEDLESS = {
    "Identity", "Dropout", "Dropout1d", "Dropout2d", "Dropout3d", "AlphaDropout", "FeatureAlphaDropout", "Flatten",
    "Unflatten",
}  # fmt: skip
NORMALISATIONS = {"BatchNorm1d", "BatchNorm2d", "BatchNorm3d", "SyncBatchNorm"}


def is_torch(model: Any) -> bool:
    """Whether the model is a module of PyTorch."""
    return any(kind.__module__ == "torch.nn.modules.module" and kind.__name__ == "Module" for kind in type(model).__mro__)


def class_names(module: Any) -> List[str]:
    """The names of the module's class and those of PyTorch that it is made from."""
    return [kind.__name__ for kind in type(module).__mro__ if kind.__module__.startswith("torch.nn")]


def read(model: Any) -> Graph:
    """The graph of the module as it answers (in the mode of evaluation)."""
    # torch.compile wraps a module, as the wrappers for several devices do.
    for wrapper in ("_orig_mod", "module"):
        inner = getattr(model, wrapper, None)
        if inner is not None and is_torch(inner) and type(model).__name__ in WRAPPERS:
            return read(inner)
    with evaluating(model):
        try:
            traced = _fx().symbolic_trace(model)
        except Exception as error:  # What a forward function raises under tracing is anything.
            return _by_order(model, error)
        return read_trace(model, traced)


WRAPPERS = {"OptimizedModule", "DataParallel", "DistributedDataParallel"}


def _fx() -> Any:
    return importlib.import_module("torch.fx")


class evaluating:
    """The model in the mode of evaluation for a while; every part comes back to its own mode."""

    def __init__(self, model: Any) -> None:
        self.modes: List[Tuple[Any, bool]] = [(module, module.training) for module in model.modules()]

    def __enter__(self) -> None:
        for module, _ in self.modes:
            module.training = False

    def __exit__(self, *_: object) -> None:
        for module, mode in self.modes:
            module.training = mode


def _by_order(model: Any, reason: Exception) -> Graph:
    graph = Graph(name=type(model).__name__)
    at = graph.add(Input())
    leaves = [(name, module) for name, module in model.named_modules() if not list(module.children())]
    for name, module in leaves:
        place = add_module(graph, name, module, at)
        at = at if place is None else place
    graph.output = at
    first = str(reason).strip().splitlines()
    graph.assumed.append(
        f"the layers follow each other as the modules do, for torch.fx does not trace the model ({first[0] if first else reason!r})"
    )
    return graph


def add_module(graph: Graph, name: str, module: Any, source: int) -> Optional[int]:
    """Adds what the module does to the value at `source`; None where it does nothing.

    Raises LayerflowError if it is neither a linear map nor an activation.
    """
    names = class_names(module)
    if any(known in NEEDLESS for known in names):
        return source
    if "Linear" in names:
        return graph.add(Linear(name, source, linear(module)))
    if any(known in NORMALISATIONS for known in names):
        return graph.add(Scale(name, source, normalisation(name, module)))
    activation = of_module(name, names, module)
    if activation is None:
        kind = type(module).__name__
        raise LayerflowError(f"the module `{name}` ({kind}) is neither linear nor an activation; {ADVICE}")
    return graph.add(Bend(name, source, activation))


def linear(module: Any) -> Affine:
    """The weights of a Linear, parametrised or not."""

    def affine() -> Tuple[Array, Optional[Array]]:
        return to_numpy(module.weight), None if module.bias is None else to_numpy(module.bias)

    return affine


def normalisation(name: str, module: Any) -> Callable[[], Tuple[Array, Array]]:
    """(x - mean)/sqrt(var + eps) * gamma + beta with the stored mean and variance, as s x + t."""
    if module.running_mean is None:
        raise LayerflowError(f"the normalisation `{name}` keeps no mean, so it has no map of a single row; {ADVICE}")

    def numbers() -> Tuple[Array, Array]:
        mean, variance = (to_numpy(part).astype(np.float64) for part in (module.running_mean, module.running_var))
        scale = 1.0 / np.sqrt(variance + module.eps)
        if module.weight is not None:
            scale = scale * to_numpy(module.weight)
        shift = -mean * scale
        return scale, shift if module.bias is None else shift + to_numpy(module.bias)

    return numbers


def answers(model: Any, x: Any) -> Tuple[np.ndarray, float]:
    """What the module answers to x, in f64 where a copy of it can be made, and how exact that is.

    x has the shape that the module takes.
    """
    torch = importlib.import_module("torch")
    kept = [*model.parameters(), *model.buffers()]
    device = kept[0].device if kept else "cpu"
    kind = next((tensor.dtype for tensor in kept if tensor.is_floating_point()), torch.float32)
    exact = _doubled(model)
    subject, kind, tolerance = (exact, torch.float64, 1e-6) if exact is not None else (model, kind, TOLERANCES.get(str(kind), 3e-2))
    with evaluating(subject), torch.no_grad():
        try:
            given = subject(torch.as_tensor(np.asarray(x), dtype=kind, device=device))
        except Exception as error:
            if exact is None:
                raise LayerflowError(f"the model does not answer rows of x: {error}") from error
            # Parts that insist on their own type of number.
            with evaluating(model):
                kind = next((tensor.dtype for tensor in kept if tensor.is_floating_point()), torch.float32)
                try:
                    given = model(torch.as_tensor(np.asarray(x), dtype=kind, device=device))
                except Exception as own:
                    raise LayerflowError(f"the model does not answer rows of x: {own}") from own
            tolerance = TOLERANCES.get(str(kind), 3e-2)
    if not hasattr(given, "detach"):
        raise LayerflowError(f"the model answers a {type(given).__name__}, not one tensor; {ADVICE}")
    return to_numpy(given).astype(np.float64), tolerance


#: How much of the largest answer two sums in another order may differ by.
TOLERANCES: Dict[str, float] = {"torch.float64": 1e-6, "torch.float32": 1e-4}


def _doubled(model: Any) -> Any:
    copy = importlib.import_module("copy")
    try:
        return copy.deepcopy(model).double()
    except Exception:  # Hooks, generators and the like that cannot be copied.
        return None


__all__ = ["Activation", "answers", "is_torch", "read"]
