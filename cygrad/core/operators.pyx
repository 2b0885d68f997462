"""The operators that Variable's syntax calls; functions/ fills them in (see operators.pxd)."""
