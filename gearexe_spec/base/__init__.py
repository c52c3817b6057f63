"""Integers, bytes, identifiers and rejections: what every other room is made of."""
