"""Stub of cygrad/programs/tiles.pyx: stretches at work, in C only."""
