"""Stub of cygrad/core/reshaping.pyx: changes of a shape in place, in C only."""
