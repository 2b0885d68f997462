"""Programs: what was computed once, recorded, to be computed again without a graph."""
