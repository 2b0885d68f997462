"""Stub of cygrad/programs/steps.pyx."""
