"""A training that writes its checkpoints."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any, Dict, Optional, Sequence

from ._arrays import to_numpy
from ._errors import LayerflowError
from ._layers import Network
from ._write import Apply, Name, read, tell, write_checked

#: The names of checkpoints, in which the number of digits makes every order of names that of the steps.
PATTERN = re.compile(r"step_(\d+)\.safetensors")
LOG = "log.jsonl"


def watch(
    model: Any,
    folder: Name,
    every: int = 100,
    x: Any = None,
    *,
    activations: Optional[Sequence[str]] = None,
    output: Optional[str] = None,
    apply: Optional[Apply] = None,
    resume: bool = False,
) -> "Watch":
    """A callback that writes a checkpoint of the model to the folder every so many training steps.

    Call it once a step, with what is to be plotted beside the steps: `watch(loss=loss)`. It is one of Keras' callbacks too:
    `model.fit(x, y, callbacks=[watch])`. JAX has new parameters at every step: `watch(model=params)`. The model as it is now is
    written at once as step 0 and compared with the model's own answers (on rows of `x`, or drawn ones). Files appear
    complete or not at all; the losses stand in `log.jsonl` beside them. `compare` shows two of them under the same data.

    Raises LayerflowError if the model cannot be expressed, or the folder holds checkpoints already and `resume` is not given.
    """
    return Watch(model, folder, every, x, activations=activations, output=output, apply=apply, resume=resume)


class Watch:
    """What `watch` returns. `step` is the number of training steps so far, `path` the folder."""

    def __init__(
        self,
        model: Any,
        folder: Name,
        every: int = 100,
        x: Any = None,
        *,
        activations: Optional[Sequence[str]] = None,
        output: Optional[str] = None,
        apply: Optional[Apply] = None,
        resume: bool = False,
    ) -> None:
        if every < 1:
            raise LayerflowError(f"every is {every}; give the number of steps between two checkpoints, at least 1")
        self.path, self.every, self.step = Path(folder), every, 0
        self._model, self._activations, self._output = model, activations, output
        self._x, self._apply = x, apply
        self._network: Optional[Network] = None
        self.path.mkdir(parents=True, exist_ok=True)
        steps = [int(found[1]) for file in self.path.iterdir() if (found := PATTERN.fullmatch(file.name))]
        if steps and not resume:
            raise LayerflowError(
                f"{self.path} holds checkpoints up to step {max(steps)}; give another folder, or resume=True to go on behind them"
            )
        self.step = max(steps, default=0)
        # A Keras model without an Input gets its weights when the training begins.
        if getattr(model, "built", True):
            self._begin()
        print(f"layerflow writes to {self.path}")

    def _begin(self) -> None:
        network = read(self._model, self._activations, self._output)
        tell(network)
        file = self._file()
        if file.exists():
            # The last one of the run that is gone on with.
            self._network = network
            return
        write_checked(network, file, self._model, self._x, self._apply, self._output is not None, self.step)
        self._network = network

    def _file(self) -> Path:
        return self.path / f"step_{self.step:09d}.safetensors"

    def __call__(self, model: Any = None, **scalars: Any) -> Optional[Path]:
        """Counts a training step; returns the checkpoint's path at every step that writes one.

        `model` are the parameters of JAX at this step; `scalars`, numbers to be plotted, are read at the steps that write.
        """
        if model is not None:
            self._model = model
        self.step += 1
        if self.step % self.every:
            return None
        return self.write(**scalars)

    def write(self, **scalars: Any) -> Path:
        """Writes a checkpoint of the model as it is now, whatever the step; say so at the end of a training."""
        if self._network is None:
            self._begin()
        elif self._activations is not None:
            # Parameters of JAX are other objects at every step.
            self._network = read(self._model, self._activations, self._output)
        assert self._network is not None
        path = self._file()
        self._network.write(path, self.step)
        numbers = {name: number for name, value in scalars.items() if (number := _number(name, value)) is not None}
        if numbers:
            with open(self.path / LOG, "a", encoding="utf-8") as log:
                log.write(json.dumps({"step": self.step, **numbers}) + "\n")
        return path

    # What Keras asks of a callback.

    def set_params(self, params: Dict[str, Any]) -> None:
        """Of no use here."""

    def set_model(self, model: Any) -> None:
        """Keras tells its model, which was given before."""

    def on_train_batch_end(self, batch: int, logs: Optional[Dict[str, Any]] = None) -> None:
        """Counts a batch."""
        self(**(logs or {}))

    def on_train_end(self, logs: Optional[Dict[str, Any]] = None) -> None:
        """Writes the last state, unless it has just been written."""
        if not self._file().exists():
            self.write(**(logs or {}))

    def __getattr__(self, name: str) -> Any:
        # Every other moment that Keras tells passes.
        if name.startswith("on_"):
            return lambda *_, **__: None
        if name.startswith("_implements_"):
            return lambda: name == "_implements_train_batch_hooks"
        if name in ("async_safe", "_supports_tf_logs"):
            return False
        raise AttributeError(name)


def _number(name: str, value: Any) -> Optional[float]:
    """A number of Python; None of a number that JSON lacks."""
    try:
        number = float(to_numpy(value))
    except (TypeError, ValueError):
        raise LayerflowError(f"`{name}` is no number, but a {type(value).__name__}; give one number") from None
    return number if number - number == 0 else None
