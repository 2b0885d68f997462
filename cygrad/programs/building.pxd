# Building: a Draft made into a Program.

from cygrad.programs.draft cimport Draft
from cygrad.programs.outside cimport Outside
from cygrad.programs.program cimport Program

# arrays: by input, whether it may be read where the caller has it. given: those of the results that
# are given as arrays, and may be computed in these.
cdef Program build(Draft draft, Outside outside, list arrays, list given)

# With a place in the arena for each input and result.
cdef Program alone(Draft draft, Outside outside, list shapes)

# The same of a draft whose inputs stand for more than one call (batches.pyx).
cdef Program of_many(Draft draft, Outside outside, int n_inputs)
