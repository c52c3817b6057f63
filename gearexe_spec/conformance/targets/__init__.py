"""What can be held against the vectors: the specification, a program, a socket, production, faulty copies."""
