# What a Function that computes its outputs again is made by; transforms/replayed.pyx has one, too.

from cygrad.core.backward cimport Recompute

# Variables with the results' numbers, as outputs of f, whose generation and `again` are set; age:
# how old what they were computed from is (changes.pxd).
cdef list connected(Recompute f, tuple inputs, list results, unsigned int age)
