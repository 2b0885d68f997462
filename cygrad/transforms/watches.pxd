# What a capture depends on beside its inputs.

from cpython.object cimport PyObject

from cygrad.programs.lives cimport Lives

cdef enum:
    WATCHES = 1000          # places that are looked at in each call

# A place outside the call, and what was there.
cdef class Watch:
    cdef object of              # a cell of a closure, or a dict
    cdef object key             # of the dict
    cdef object expected        # or None, of what is known by its address, as long as it lives:
    cdef PyObject* at
    cdef str name               # for people

    cdef object now(self)
    cdef bint holds(self) except -1
    cdef int loosen(self, Lives lives) except -1    # what was there may go

cdef inline bint was(Watch w, object x) noexcept:
    """Whether x is the object that was there."""
    return <PyObject*>x is w.at if w.at is not NULL else x is w.expected

cdef Watch watch_of(object x, Lives lives)      # of an object that is no place

# In place of those in `watches` of these attributes.
cdef list watching_states(list watches, list states)

cdef bint is_plain(object x) noexcept
cdef bint same_value(object a, object b) except -1

# Add to `watches` what f closes over and names, and what is in x. TooMuch is raised where there are
# more than WATCHES of it. met: what was looked at already, by identity.
cdef int watch_function(list watches, set met, object f) except -1
cdef int watch_inside(list watches, set met, object x, str name) except -1
