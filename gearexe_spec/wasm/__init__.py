"""Program code: the binary format, validation, instrumentation, and what everything costs."""
