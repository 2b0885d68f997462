"""Stub of cygrad/programs/bases.pyx: large values outside the arena, in C only."""
