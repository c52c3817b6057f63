"""Adapters of the folders `program` and `real-programs`; their READMEs say what the fields are."""
