# Compiled: a function that is captured and replayed.

from cygrad.core.repetition cimport Repetition
from cygrad.programs.lives cimport Lives
from cygrad.programs.recorder cimport Recorder
from cygrad.transforms.capture cimport Capture
from cygrad.transforms.replayed cimport Run

cdef class Compiled:
    cdef readonly object function
    cdef readonly int captures
    cdef readonly Py_ssize_t replays
    cdef bint fallback
    cdef list held                  # Captures, what was replayed last first
    cdef list explanations
    cdef bint stays_eager
    cdef int wasted                 # captures that ended with an object, and were never replayed
    cdef dict __dict__
    cdef object __weakref__

    cdef object compared(self, Capture capture, tuple found, object result, Run call, tuple args,
                         dict kwargs)
    cdef object compared_drawing(self, Capture capture, tuple found, Run call, tuple args,
                                 dict kwargs)
    cdef object agreed(self, Capture capture, tuple found, object result, Run call, object expected)
    cdef int stay(self, str why) except -1
    cdef object capture(self, object places, tuple found, tuple args, dict kwargs)
    cdef int add(self, Capture capture, str reason) except -1
    cdef int end(self, Lives lives) except -1
    cdef object proof(self, Capture capture, object places, tuple found, tuple args, dict kwargs)
    cdef tuple recorded(self, object places, tuple found, tuple args, dict kwargs)
    cdef bint watched(self, Capture capture, tuple found) except -1
    cdef list called(self, Capture capture, Recorder recorder, Repetition repetition, list kinds,
                     tuple found, tuple args, dict kwargs, list containers)
    cdef object with_graph(self, Capture capture, Repetition repetition, tuple found, tuple args,
                           dict kwargs, object result, list flown)
    cdef str reason(self, object places, tuple found)
    cdef tuple inputs_of(self, Capture capture, Recorder recorder, list kinds, object places,
                         tuple found, tuple args, dict kwargs)
    cdef list outputs_of(self, Capture capture, Recorder recorder, object result)
    cdef Capture captured(self, tuple example)
