"""Stub of cygrad/core/losing.pyx: gradients that would be lost, in C only."""
