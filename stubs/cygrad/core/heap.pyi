"""Stub of cygrad/core/heap.pyx: the heap of the backward pass, in C only."""
