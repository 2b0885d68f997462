"""Stub of cygrad/kernels/rows.pyx, which has nothing for Python."""
