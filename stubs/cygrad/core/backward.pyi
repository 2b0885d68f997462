"""Stub of cygrad/core/backward.pyx: the backward pass, in C only (see Variable.backward)."""
