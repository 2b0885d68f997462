"""Stub of cygrad/kernels/normalization.pyx: kernels of normalization, in C only."""
