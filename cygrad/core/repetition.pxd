# A call that will be made again, and must do the same then.

cdef class Repetition:
    cdef object seed            # of its own generator; None: nothing has been drawn from that yet
    cdef object generator
    cdef Repetition around      # that of the call that this call is made by
    cdef dict cells             # what it keeps, by the identity of where that stands
    cdef dict met               # in the search, what was met already
    cdef list awaited           # parameters that layers made for their first batch
    cdef bint recording         # the first run, in which things are kept

    cdef object first(self, object f, tuple args, dict kwargs)
    cdef object again(self, object f, tuple args, dict kwargs, list slots)
    cdef list slots_left(self)
    cdef list states_before(self)
    cdef list made(self)        # parameters that the first run made, and layers keep
    # What the first run changed, in words; None: nothing. draw(): draws anew all that is known to
    # have been drawn, and says whether it was that. stored: identities of what is known to be
    # changed in place.
    cdef str changed(self, object draw=*, object stored=*)
    # Attributes of layers that are Variables, or None, and others than before: of the layer's
    # __dict__, the name, what was there before, and what is there now.
    cdef list states(self)
    cdef int put_back(self) except -1   # what it was before the first run
    cdef bint drew_only(self, object draw) except -1

cdef bint is_layer(object x) noexcept

# Keep what x holds now, in every call under way that is going to be repeated, unless it is kept
# there already: a layer, a Variable's or an array's numbers, the state of a generator. To be called
# before x changes. `certain`: also if the call does not change it.
cdef int keep(object x, bint certain=*) except -1

# For what is done anew each time: no call under way keeps anything meanwhile.
cdef object pause_repetitions()
cdef int resume_repetitions(object token) except -1
