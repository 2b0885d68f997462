"""Data to learn from, shipped or made, and loaders that give it out batch by batch.

Shipped: `digits` and `co2`, which give `Digits` and `CO2`. Made: `spirals`, which gives `Spirals`.
Loaders: `DataLoader` for examples, `SequenceLoader` for a long series.
"""

from typing import TYPE_CHECKING

from cygrad import elsewhere
from cygrad.data.loader import DataLoader
from cygrad.data.made import Spirals, spirals
from cygrad.data.sequence import SequenceLoader
from cygrad.data.shipped import CO2, Digits, co2, digits

__all__ = [
    "CO2",
    "DataLoader",
    "Digits",
    "SequenceLoader",
    "Spirals",
    "co2",
    "digits",
    "spirals",
]

if not TYPE_CHECKING:  # a name that does not exist is an error for type checkers too
    __getattr__, __dir__ = elsewhere.of_module(__name__)
