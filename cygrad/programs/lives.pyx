"""Lives: the objects by which a capture is known, and which it does not keep.

A model that is an argument, an optimizer whose update is called anew: once nobody else has them, no
call can mean them again, and the capture ends. So an address means one object as long as it lasts.
"""

import weakref


cdef class Lives:

    def __init__(self, ended):
        self.ended = ended
        self.references = []

    cdef object hold(self, object x):
        if x is None or isinstance(x, type):
            return None
        try:
            reference = weakref.ref(x, self)
        except TypeError:
            return None
        self.references.append(reference)
        return reference

    def __call__(self, reference):
        if not self.over:
            self.over = True
            self.ended(self)
