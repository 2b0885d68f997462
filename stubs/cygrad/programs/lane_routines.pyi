"""Stub of cygrad/programs/lane_routines.pyx."""
