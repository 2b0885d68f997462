"""Stub of cygrad/core/layout.pyx: shapes and strides, in C only."""
