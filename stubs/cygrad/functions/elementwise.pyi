"""Stub of cygrad/functions/elementwise.pyx, which has nothing for Python."""
