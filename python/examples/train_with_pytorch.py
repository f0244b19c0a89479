"""Trains a small network of PyTorch on two spirals with checkpoints, and shows it before and after.

    python train_with_pytorch.py [FOLDER] [--steps N] [--every N] [--no-window]
"""

from __future__ import annotations

import argparse
import tempfile
import time
from pathlib import Path

import numpy as np
import torch
from torch import nn

import layerflow


class Block(nn.Module):
    """x + W2 tanh(W1 x + b1) + b2."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.inner, self.outer = nn.Linear(width, width), nn.Linear(width, width)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return x + self.outer(torch.tanh(self.inner(x)))


def spirals(samples: int, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """Two arms that wind around each other."""
    random = np.random.default_rng(seed)
    labels = np.arange(samples) % 2
    turn = np.sqrt(random.uniform(0.05, 1.0, samples)) * 2 * np.pi
    angle = turn + np.pi * labels
    points = (turn / (2 * np.pi))[:, None] * np.stack([np.cos(angle), np.sin(angle)], axis=1)
    return points + random.normal(0, 0.02, points.shape), labels


def main() -> None:
    """Trains, and tells what watching costs."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", nargs="?", type=Path)
    parser.add_argument("--steps", type=int, default=2000)
    parser.add_argument("--every", type=int, default=100)
    parser.add_argument("--no-window", action="store_true")
    options = parser.parse_args()
    folder = options.folder or Path(tempfile.mkdtemp(prefix="layerflow-run-"))

    # So small a network is fastest on one core.
    torch.set_num_threads(1)
    torch.manual_seed(0)
    points, labels = spirals(600)
    x, y = torch.tensor(points, dtype=torch.float32), torch.tensor(labels)
    model = nn.Sequential(nn.Linear(2, 16), nn.Tanh(), Block(16), Block(16), nn.Linear(16, 2))
    optimiser = torch.optim.Adam(model.parameters(), 3e-3)

    watch = layerflow.watch(model, folder, every=options.every, x=x)

    watching, start = 0.0, time.perf_counter()
    for _ in range(options.steps):
        loss = nn.functional.cross_entropy(model(x), y)
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
        before = time.perf_counter()
        watch(loss=loss)
        watching += time.perf_counter() - before
    total = time.perf_counter() - start
    accuracy = (model(x).argmax(1) == y).float().mean().item()
    print(f"{options.steps} steps in {total:.2f} s, of which watching took {watching:.3f} s ({watching / total:.2%}); accuracy {accuracy:.3f}")
    if not options.no_window:
        layerflow.compare(folder / "step_000000000.safetensors", model, points, labels)


if __name__ == "__main__":
    main()
