"""Stub of cygrad/kernels/linalg.pyx: kernels of matrix products, in C only."""
