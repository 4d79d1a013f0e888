"""The tracing reading: the operations that torch code runs, as Elements."""
