"""The graph: storage, Variable, Function, and the backward pass over them."""
