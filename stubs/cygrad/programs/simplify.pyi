"""Stub of cygrad/programs/simplify.pyx."""

from typing import final

from .numbering import Numbering

@final
class Simplifier(Numbering): ...
