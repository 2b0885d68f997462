"""Stub of cygrad/programs/patterns.pyx: how operands are broadcast, in C only."""
