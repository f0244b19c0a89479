"""PyTorch modules: what is written answers as they do, or is refused."""

from __future__ import annotations

import json

import numpy as np
import pytest

import layerflow

torch = pytest.importorskip("torch")
from torch import nn  # noqa: E402
from torch.nn import functional as F  # noqa: E402
from torch.nn.utils import prune  # noqa: E402

X = np.random.default_rng(0).standard_normal((40, 2)).astype(np.float32)


def answers_of(path, x):
    """What the written network answers, through the end of its flow."""
    told = layerflow.inspect(path)["network"]
    return layerflow.flow(path, x, [len(layerflow.inspect(path)["layers"])])[0][:, : told["outputs"]]


class Block(nn.Module):
    def __init__(self, width, inner):
        super().__init__()
        self.first, self.second = nn.Linear(width, inner), nn.Linear(inner, width)

    def forward(self, x):
        return x + self.second(torch.tanh(self.first(x)))


class ResNet(nn.Module):
    def __init__(self, step=1.0):
        super().__init__()
        self.lift = nn.Linear(2, 5)
        self.blocks = nn.ModuleList([Block(5, 7) for _ in range(3)])
        self.shortcut = nn.Linear(5, 4)
        self.inner, self.outer = nn.Linear(5, 6), nn.Linear(6, 4)
        self.alpha = nn.Parameter(torch.tensor(0.3))
        self.head = nn.Linear(4, 3)
        self.step = step

    def forward(self, x):
        x = F.relu(self.lift(x))
        for block in self.blocks:
            x = block(x)
        x = self.shortcut(x) + self.step * self.outer(F.gelu(self.inner(x), approximate="tanh"))
        x = F.elu(x + self.alpha * torch.sigmoid(x))
        return self.head(x)


class Shuffled(nn.Module):
    """Uses its layers in another order than it names them, and cannot be traced."""

    def __init__(self):
        super().__init__()
        self.second, self.first, self.act = nn.Linear(2, 2), nn.Linear(2, 2), nn.Tanh()

    def forward(self, x):
        if x.sum() > 1e9:
            x = x * 0
        return self.second(self.act(self.first(x)))


class Branching(nn.Module):
    def __init__(self):
        super().__init__()
        self.net = nn.Sequential(nn.Linear(2, 4), nn.Hardtanh(-0.5, 2), nn.Linear(4, 1))

    def forward(self, x):
        return self.net(x) if x.shape[0] > 0 and bool((x == x).all()) else x


def normalised():
    model = nn.Sequential(nn.BatchNorm1d(2), nn.Linear(2, 6), nn.BatchNorm1d(6), nn.SiLU(), nn.Dropout(0.5), nn.Linear(6, 2))
    for _ in range(5):
        model(torch.randn(64, 2) * 3 + 1)
    return model


MODELS = {
    "chain": lambda: nn.Sequential(nn.Linear(2, 8), nn.ReLU(), nn.Linear(8, 8, bias=False), nn.LeakyReLU(0.2), nn.Linear(8, 3)),
    "residual": ResNet,
    "steps": lambda: ResNet(0.5),
    "normalised": normalised,
    "branching": Branching,
    "prelu": lambda: nn.Sequential(nn.Linear(2, 3), nn.PReLU(), nn.Linear(3, 2), nn.Softplus()),
    "weight norm": lambda: nn.Sequential(nn.utils.parametrizations.weight_norm(nn.Linear(2, 3)), nn.GELU(), nn.Linear(3, 1)),
    "bfloat16": lambda: nn.Sequential(nn.Linear(2, 4), nn.Tanh(), nn.Linear(4, 2)).bfloat16(),
    "pruned": lambda: nn.Sequential(prune.random_unstructured(nn.Linear(2, 6), "weight", 0.5), nn.ReLU6(), nn.Linear(6, 1)),
}


@pytest.mark.parametrize("name", MODELS)
@pytest.mark.filterwarnings("ignore:layerflow assumes")
def test_what_is_written_answers_as_the_module(tmp_path, name):
    torch.manual_seed(0)
    model = MODELS[name]()
    modes = [module.training for module in model.modules()]
    path = layerflow.save(model, tmp_path / "model.safetensors", X)
    assert [module.training for module in model.modules()] == modes
    model.eval()
    with torch.no_grad():
        own = model(torch.tensor(X, dtype=next(model.parameters()).dtype)).float().numpy()
    np.testing.assert_allclose(answers_of(path, X), own, atol=0.05 if name == "bfloat16" else 1e-5)


def test_blocks_are_blocks(tmp_path):
    told = layerflow.inspect(layerflow.save(ResNet(), tmp_path / "model.safetensors", X))
    kinds = [layer["kind"] for layer in told["layers"]]
    assert kinds == ["dense", "residual", "residual", "residual", "residual", "residual", "dense", "dense"]
    assert [layer["activation"] for layer in told["layers"]][1:6] == ["tanh", "tanh", "tanh", "gelu_tanh", "sigmoid"]


def test_softmax_at_the_end_is_the_output(tmp_path):
    model = nn.Sequential(nn.Linear(2, 4), nn.Tanh(), nn.Linear(4, 3), nn.Softmax(dim=-1))
    path = layerflow.save(model, tmp_path / "model.safetensors", X)
    labels = model(torch.tensor(X)).argmax(1)
    told = layerflow.inspect(path, X, labels)
    assert told["network"]["output"] == "softmax" and told["data"]["accuracy"] == 1.0


def test_another_order_than_that_of_the_modules_is_found_out(tmp_path):
    with pytest.warns(UserWarning, match="as the modules do"), pytest.raises(layerflow.LayerflowError, match="answer otherwise"):
        layerflow.save(Shuffled(), tmp_path / "model.safetensors", X)
    assert not list(tmp_path.iterdir())


class Gated(nn.Module):
    def __init__(self):
        super().__init__()
        self.a, self.b = nn.Linear(2, 3), nn.Linear(2, 3)

    def forward(self, x):
        return self.a(x) * torch.sigmoid(self.b(x))


class TwoInputs(nn.Module):
    def forward(self, x, y):
        return x + y


class Deep(Block):
    def forward(self, x):
        return x + self.second(torch.tanh(self.first(torch.tanh(x))))


class Rounded(nn.Sequential):
    def forward(self, x):
        return super().forward(x.round())


@pytest.mark.parametrize(
    ("model", "told"),
    [
        (Gated(), "`mul`"),
        (TwoInputs(), "more than one input"),
        (Deep(2, 3), "more than one activation"),
        (nn.Sequential(nn.Linear(2, 3), nn.LayerNorm(3)), "LayerNorm"),
        (nn.Sequential(nn.Linear(2, 3), nn.PReLU(3)), "slope for each value"),
        (nn.Sequential(nn.Linear(2, 3), nn.Softmax(dim=0)), "dimension 0"),
        (nn.Sequential(nn.Linear(2, 3), nn.Softplus(beta=2)), "beta = 2"),
        (nn.Sequential(nn.Conv2d(1, 2, 3), nn.Flatten(), nn.Linear(8, 2)), "Conv2d"),
        (Rounded(nn.Linear(2, 3)), "`round`"),
        (nn.Sequential(), "no layer"),
    ],
)
def test_what_cannot_be_expressed_is_refused(tmp_path, model, told):
    with pytest.raises(layerflow.LayerflowError, match=told):
        layerflow.save(model, tmp_path / "model.safetensors", X)
    assert not list(tmp_path.iterdir())


def test_a_hook_that_changes_the_answer_is_found_out(tmp_path):
    model = nn.Sequential(nn.Linear(2, 3), nn.ReLU(), nn.Linear(3, 1))
    model[0].register_forward_hook(lambda module, inputs, output: output * 2)
    with pytest.raises(layerflow.LayerflowError, match="answer otherwise"):
        layerflow.save(model, tmp_path / "model.safetensors", X)


def test_a_training_is_watched(tmp_path):
    torch.manual_seed(0)
    model = nn.Sequential(nn.Linear(2, 8), nn.Tanh(), nn.Linear(8, 2))
    optimiser = torch.optim.SGD(model.parameters(), 0.5)
    x, y = torch.tensor(X), torch.tensor((X[:, 0] > 0).astype(int))
    watch = layerflow.watch(model, tmp_path / "run", every=10, x=x)
    for _ in range(25):
        loss = F.cross_entropy(model(x), y)
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
        watch(loss=loss)
    names = sorted(path.name for path in (tmp_path / "run").iterdir())
    assert names == ["log.jsonl", *(f"step_{step:09d}.safetensors" for step in (0, 10, 20))]
    accuracies = [layerflow.inspect(tmp_path / "run" / name, X, y)["data"]["accuracy"] for name in names[1:]]
    assert accuracies[2] > accuracies[0]
    steps = [json.loads(line)["step"] for line in (tmp_path / "run" / "log.jsonl").read_text().splitlines()]
    assert steps == [10, 20]
    last = layerflow.inspect(watch.write())
    np.testing.assert_allclose(
        last["layers"][0]["singular_values"], np.linalg.svd(model[0].weight.detach().numpy().astype(float), compute_uv=False), rtol=1e-6
    )
