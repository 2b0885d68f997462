"""Stub of cygrad/kernels/convolution.pyx: kernels of convolution and pooling, in C only."""
