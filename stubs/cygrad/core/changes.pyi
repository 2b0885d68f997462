"""Stub of cygrad/core/changes.pyx: changes between forward and backward, in C only."""
