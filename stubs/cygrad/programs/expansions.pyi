"""Stub of cygrad/programs/expansions.pyx."""

EXPANSIONS: dict[str, str]
