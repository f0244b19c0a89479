"""The activations of PyTorch, as modules and as functions."""

from __future__ import annotations

from typing import Any, Callable, Dict, List, Mapping, Optional, Tuple

from ._arrays import to_numpy
from ._errors import LayerflowError
from ._layers import Activation, named
from ._lower import ADVICE

#: Class -> our name, and for each of our parameters the attribute of the module.
MODULES: Dict[str, Tuple[str, Mapping[str, str]]] = {
    "ReLU": ("relu", {}),
    "ReLU6": ("relu6", {}),
    "LeakyReLU": ("leaky_relu", {"negative_slope": "negative_slope"}),
    "ELU": ("elu", {"alpha": "alpha"}),
    "CELU": ("celu", {"alpha": "alpha"}),
    "SELU": ("selu", {}),
    "Tanh": ("tanh", {}),
    "Sigmoid": ("sigmoid", {}),
    "SiLU": ("silu", {}),
    "Mish": ("mish", {}),
    "Softsign": ("softsign", {}),
    "LogSigmoid": ("log_sigmoid", {}),
    "Tanhshrink": ("tanh_shrink", {}),
    "Softshrink": ("soft_shrink", {"lambda": "lambd"}),
    "Hardshrink": ("hard_shrink", {"lambda": "lambd"}),
    "Hardtanh": ("hard_tanh", {"low": "min_val", "high": "max_val"}),
    "Hardsigmoid": ("hard_sigmoid", {}),
    "Hardswish": ("hard_swish", {}),
}

#: Function or method -> our name, and our parameters in the order of its arguments with their defaults.
FUNCTIONS: Dict[str, Tuple[str, Tuple[Tuple[str, str, Optional[float]], ...]]] = {
    "relu": ("relu", ()),
    "relu_": ("relu", ()),
    "relu6": ("relu6", ()),
    "leaky_relu": ("leaky_relu", (("negative_slope", "negative_slope", 0.01),)),
    "elu": ("elu", (("alpha", "alpha", 1.0),)),
    "celu": ("celu", (("alpha", "alpha", 1.0),)),
    "selu": ("selu", ()),
    "tanh": ("tanh", ()),
    "tanh_": ("tanh", ()),
    "sigmoid": ("sigmoid", ()),
    "sigmoid_": ("sigmoid", ()),
    "silu": ("silu", ()),
    "mish": ("mish", ()),
    "softsign": ("softsign", ()),
    "logsigmoid": ("log_sigmoid", ()),
    "log_sigmoid": ("log_sigmoid", ()),
    "tanhshrink": ("tanh_shrink", ()),
    "softshrink": ("soft_shrink", (("lambda", "lambd", 0.5),)),
    "hardshrink": ("hard_shrink", (("lambda", "lambd", 0.5),)),
    "hardtanh": ("hard_tanh", (("low", "min_val", -1.0), ("high", "max_val", 1.0))),
    "hardsigmoid": ("hard_sigmoid", ()),
    "hardswish": ("hard_swish", ()),
    "sin": ("sin", ()),
    "cos": ("cos", ()),
    "exp": ("exp", ()),
    "abs": ("abs", ()),
    "erf": ("erf", ()),
    "square": ("square", ()),
}

#: Arguments that change nothing of what a function answers.
IDLE = {"inplace", "dtype", "_stacklevel"}


def of_module(name: str, classes: List[str], module: Any) -> Optional[Activation]:
    """The activation that a module is, None if it is none."""
    for kind in classes:
        if kind == "PReLU":
            return _learned_slope(name, module)
        if kind == "GELU":
            return named("gelu_tanh" if module.approximate == "tanh" else "gelu")
        if kind in ("Softmax", "LogSoftmax"):
            _check_dimension(name, module.dim)
            return named("softmax" if kind == "Softmax" else "log_softmax")
        if kind == "Softplus":
            return _softplus(name, module.beta)
        if kind == "Threshold":
            return _threshold(name, module.threshold, module.value)
        if kind in MODULES:
            ours, parameters = MODULES[kind]
            return named(ours, **{key: float(getattr(module, attribute)) for key, attribute in parameters.items()})
    return None


def of_function(name: str, function: str, arguments: Tuple[Any, ...], options: Mapping[str, Any]) -> Optional[Activation]:
    """The activation that a call of this function is, None if it is none; `arguments` are those behind the value."""
    given = {key: value for key, value in options.items() if key not in IDLE}
    if function == "gelu":
        kind = arguments[0] if arguments else given.get("approximate", "none")
        return named("gelu_tanh" if kind == "tanh" else "gelu")
    if function in ("softmax", "log_softmax"):
        _check_dimension(name, arguments[0] if arguments else given.get("dim"))
        return named(function)
    if function == "softplus":
        return _softplus(name, arguments[0] if arguments else given.get("beta", 1.0))
    if function not in FUNCTIONS:
        return None
    ours, parameters = FUNCTIONS[function]
    values: Dict[str, float] = {}
    for position, (key, spelled, default) in enumerate(parameters):
        value = arguments[position] if position < len(arguments) else given.get(spelled, default)
        if not isinstance(value, (int, float)):
            raise LayerflowError(f"`{name}` takes `{spelled}` from a value that is not a number; {ADVICE}")
        values[key] = float(value)
    return named(ours, **values)


def _learned_slope(name: str, module: Any) -> Activation:
    if module.weight.numel() != 1:
        raise LayerflowError(f"`{name}` (PReLU) learns a slope for each value; an activation has one; {ADVICE}")
    slope: Callable[[], float] = lambda: float(to_numpy(module.weight).reshape(-1)[0])
    return lambda: ("leaky_relu", {"negative_slope": slope()})


def _softplus(name: str, beta: Any) -> Activation:
    if beta != 1:
        raise LayerflowError(f"`{name}` is a softplus with beta = {beta}; only 1 can be expressed; {ADVICE}")
    return named("softplus")


def _threshold(name: str, threshold: float, value: float) -> Activation:
    if value != 0:
        raise LayerflowError(f"`{name}` puts {value} in place of small values; only 0 can be expressed; {ADVICE}")
    return named("thresholded_relu", threshold=float(threshold))


def _check_dimension(name: str, dimension: Any) -> None:
    if dimension not in (1, -1):
        raise LayerflowError(f"`{name}` is a softmax over dimension {dimension}; write dim=-1, that of the values of a row")
