"""One dispatch of one program: counters, message context, memory pages, system calls, sandbox, journal notes."""
