"""Stub of cygrad/core/lifetime.pyx: birth and death of graph nodes; for cimport only."""
