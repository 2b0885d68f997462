"""Stub of cygrad/kernels/indexing.pyx: kernels of indexing, in C only."""
