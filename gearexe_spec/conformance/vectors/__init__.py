"""Our own vectors: their forms, the recorder that writes them, manifest, schemas, lint."""
