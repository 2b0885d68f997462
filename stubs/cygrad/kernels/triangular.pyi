"""Stub of cygrad/kernels/triangular.pyx: kernels, in C only."""
