"""Adapters: one module per folder of production's recordings, one adapter per format in it."""
