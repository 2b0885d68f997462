"""Stub of cygrad/core/anomaly.pyx: what detect_anomaly looks at, in C only."""
