"""A network as layerflow has it: dense layers and residual blocks, whose numbers are fetched when they are written."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Callable, Mapping, Optional, Tuple, Union

import numpy as np
from numpy.typing import NDArray

from ._safetensors import write_tensors

Array = NDArray[np.floating]
#: W (outputs x inputs) and b, fetched from the model as it is now.
Affine = Callable[[], Tuple[Array, Optional[Array]]]
#: The name of an activation and its parameters, fetched as well: some are learned.
Activation = Callable[[], Tuple[str, Mapping[str, float]]]

#: The format that the list of layers names, and the key under which it stands in the file's metadata.
FORMAT = "layerflow.network/1"
LIST_KEY = "layerflow.network"
STEP_KEY = "layerflow.step"


def named(name: str, **parameters: float) -> Activation:
    """An activation that learns nothing."""
    return lambda: (name, parameters)


IDENTITY = named("identity")


@dataclass(frozen=True)
class Dense:
    """activation(W x + b)."""

    name: str
    affine: Affine
    activation: Activation = IDENTITY


@dataclass(frozen=True)
class Residual:
    """S x + outer(activation(inner(x))); S is the identity where there is no shortcut."""

    name: str
    inner: Affine
    activation: Activation
    outer: Affine
    shortcut: Optional[Affine] = None


Layer = Union[Dense, Residual]


@dataclass(frozen=True)
class Network:
    """Layers from the first to the last, and what is applied to the last one's values."""

    layers: list[Layer]
    output: str = "identity"
    name: str = ""
    #: What had to be guessed, in words.
    assumed: list[str] = field(default_factory=list)

    def inputs(self) -> int:
        """The number of values of a row of data."""
        first = self.layers[0]
        return (first.affine if isinstance(first, Dense) else first.inner)()[0].shape[1]

    def write(self, path: Path, step: Optional[int] = None) -> None:
        """Writes the network with the numbers that it has now, and the training step that it stands for."""
        tensors: dict[str, Array] = {}
        entries = []
        digits = len(str(len(self.layers) - 1))
        for index, layer in enumerate(self.layers):
            prefix = f"{index:0{digits}d}"
            name, parameters = layer.activation()
            kind = "dense" if isinstance(layer, Dense) else "residual"
            entries.append({"type": kind, "name": layer.name, "activation": name, **parameters})
            if isinstance(layer, Dense):
                _put(tensors, prefix, layer.affine())
            else:
                _put(tensors, f"{prefix}.inner", layer.inner())
                _put(tensors, f"{prefix}.outer", layer.outer())
                if layer.shortcut is not None:
                    tensors[f"{prefix}.shortcut.weight"] = layer.shortcut()[0]
        listed = {"format": FORMAT, "name": self.name, "output": self.output, "layers": entries}
        metadata = {LIST_KEY: json.dumps(listed, ensure_ascii=False)}
        if step is not None:
            metadata[STEP_KEY] = str(step)
        write_tensors(path, tensors, metadata)


def _put(tensors: dict[str, Array], prefix: str, affine: Tuple[Array, Optional[Array]]) -> None:
    weight, bias = affine
    tensors[f"{prefix}.weight"] = weight
    if bias is not None:
        tensors[f"{prefix}.bias"] = bias
