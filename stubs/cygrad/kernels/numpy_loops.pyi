"""Stub of cygrad/kernels/numpy_loops.pyx: inner loops of NumPy, in C only."""
