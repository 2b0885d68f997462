"""Stub of cygrad/core/routines.pyx."""
