"""Stub of cygrad/core/operators.pyx: the table of operators, in C only."""
