"""Stub of cygrad/functions/elementwise.pyx: what elementwise operations share, in C only."""
