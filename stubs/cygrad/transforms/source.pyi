"""Stub of cygrad/transforms/source.pyx."""
