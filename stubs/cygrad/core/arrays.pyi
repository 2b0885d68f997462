"""Stub of cygrad/core/arrays.pyx: numbers and arrays into Variables; for cimport only."""
