from cygrad.transforms.trace cimport Trace

# Cotangents to differentiate by: of what they flow to, linear in them, the derivative is df/dx.
cdef list dummies_for(Trace t, list outputs)
