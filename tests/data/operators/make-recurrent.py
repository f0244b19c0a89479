#!/usr/bin/env python3
"""Makes the recurrent ONNX files of this folder and PyTorch's own outputs beside them, in 64 bits of weights of 32."""
import copy, os
import numpy as np
import torch
from torch import nn
from torch.onnx._internal.torchscript_exporter import onnx_proto_utils

# Only functions of ONNX's own language would need its package.
onnx_proto_utils._add_onnxscript_fn = lambda model, _: model
torch.manual_seed(3)
here = os.path.dirname(os.path.abspath(__file__))


class Lstm(nn.Module):
    """Words as rows of a table, two layers both ways, the last time."""
    def __init__(self):
        super().__init__()
        self.table = nn.Embedding(7, 3)
        self.memory = nn.LSTM(3, 4, num_layers=2, bidirectional=True, batch_first=True)
        self.head = nn.Linear(8, 3)

    def forward(self, x):
        return self.head(self.memory(self.table(x))[0][:, -1])


class Gru(nn.Module):
    """Two layers; the hidden vector after the last step."""
    def __init__(self):
        super().__init__()
        self.memory = nn.GRU(3, 4, num_layers=2, batch_first=True)
        self.head = nn.Linear(4, 2)

    def forward(self, x):
        return self.head(self.memory(x)[1][-1])


class Rnn(nn.Module):
    """All hidden vectors, and their mean."""
    def __init__(self):
        super().__init__()
        self.memory = nn.RNN(3, 4, batch_first=True)
        self.head = nn.Linear(4, 2)

    def forward(self, x):
        return self.head(torch.tanh(self.memory(x)[0]).mean(1))


for name, model, given in (
    ('lstm', Lstm(), torch.randint(0, 7, (6, 5))),
    ('gru', Gru(), torch.randn(6, 5, 3)),
    ('rnn', Rnn(), torch.randn(6, 5, 3)),
):
    model.eval()
    torch.onnx.export(model, (given,), os.path.join(here, name + '.onnx'), input_names=['x'], output_names=['y'],
                      dynamic_axes={'x': {0: 'n'}, 'y': {0: 'n'}}, dynamo=False)
    double = copy.deepcopy(model).double()
    with torch.no_grad():
        outputs = double(given if given.dtype == torch.int64 else given.double())
    np.savez(os.path.join(here, name + '.npz'), inputs=given.double().numpy().reshape(6, -1), outputs=outputs.numpy())
