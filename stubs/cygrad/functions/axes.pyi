"""Stub of cygrad/functions/axes.pyx, which has nothing for Python."""
