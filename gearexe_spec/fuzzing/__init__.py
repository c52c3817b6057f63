"""Differential campaigns: case generators, shrinking, findings."""
