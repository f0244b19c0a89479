"""See a neural network as a flow: hand a model over to layerflow, write its checkpoints, read what layerflow tells.

>>> import layerflow
>>> layerflow.show(model, x, y)                        # opens the window, returns at once
>>> watch = layerflow.watch(model, "run/", every=100)  # call watch() once a training step
>>> layerflow.compare("run/step_000000000.safetensors", model, x, y)   # the same data under both
>>> layerflow.inspect("run/step_000000100.safetensors")["layers"][0]["singular_values"]
>>> layerflow.flow("model.onnx", x, [0, 0.5, 1])       # times x rows x d
>>> layerflow.survey("models/**/*.safetensors")        # one table of many files

Models are understood by their shape, no framework is imported: PyTorch modules, Keras models, scikit-learn's
multi-layer perceptrons and pipelines that end in one, and nests of arrays as JAX and Flax keep them. What is written
is compared with the model's own answers; a model that layerflow cannot express is refused with the reason.
"""

from ._errors import LayerflowError
from ._inspect import flow, inspect
from ._show import compare, show
from ._survey import survey
from ._watch import Watch, watch
from ._write import save

__all__ = ["LayerflowError", "Watch", "compare", "flow", "inspect", "save", "show", "survey", "watch"]
