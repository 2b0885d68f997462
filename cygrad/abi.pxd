# Variable and Function as extensions see them: opaque, and under the number of the interface.

cdef extern from "cygrad.h":
    ctypedef class cygrad.abi.Variable_1 [object PyObject, check_size ignore]:
        pass
    ctypedef class cygrad.abi.Function_1 [object cygrad_function, check_size error]:
        pass
