"""Numbers only: loops over float64 memory given by pointers, shapes and strides.

Nothing here knows a Variable. Every kernel runs without the GIL and without a Python object.
"""
