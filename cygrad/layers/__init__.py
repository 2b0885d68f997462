"""Layers: functions with parameters of their own; `import cygrad.layers as L`."""

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
