"""Stub of cygrad/kernels/reduction.pyx: kernels of reductions, in C only."""
