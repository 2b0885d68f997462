"""Stub of cygrad/core/history.pyx: changes of a history, in C only."""
