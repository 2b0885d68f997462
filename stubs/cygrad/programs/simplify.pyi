"""Stub of cygrad/programs/simplify.pyx."""

from .numbering import Numbering

class Simplifier(Numbering): ...
