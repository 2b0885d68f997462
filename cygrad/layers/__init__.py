"""Layers: functions with parameters of their own; `import cygrad.layers as L`.

`Linear`, `Conv2d`, `Embedding`; recurrent ones: `RNN`, `LSTM`, `GRU`; normalization: `LayerNorm`,
`BatchNorm`; without parameters: `MaxPool2d`, `AvgPool2d`, `Dropout`, `Flatten`. `Sequential` puts
them one after the other; `Layer` is what all are, and the class to derive your own from, whose
`Parameters` and `Layers` have dotted names.
"""

from typing import TYPE_CHECKING

from cygrad import elsewhere
from cygrad.layers.convolution import AvgPool2d, Conv2d, MaxPool2d
from cygrad.layers.dropout import Dropout
from cygrad.layers.embedding import Embedding
from cygrad.layers.layer import Layer, Layers
from cygrad.layers.linear import Linear
from cygrad.layers.named import Parameters
from cygrad.layers.normalization import BatchNorm, LayerNorm
from cygrad.layers.recurrent import GRU, LSTM, RNN
from cygrad.layers.sequential import Flatten, Sequential

__all__ = [
    "GRU",
    "LSTM",
    "RNN",
    "AvgPool2d",
    "BatchNorm",
    "Conv2d",
    "Dropout",
    "Embedding",
    "Flatten",
    "Layer",
    "LayerNorm",
    "Layers",
    "Linear",
    "MaxPool2d",
    "Parameters",
    "Sequential",
]

if not TYPE_CHECKING:  # a name that does not exist is an error for type checkers too
    __getattr__, __dir__ = elsewhere.of_module(__name__)
