"""Stub of cygrad/core/journal.pyx: the gradients from before a pass, in C only."""
