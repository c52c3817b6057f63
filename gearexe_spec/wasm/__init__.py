"""Program code: binary format, validation, stack limiter, gas metering, weights, page hooks."""
