"""Hashes, identifiers, signatures, Merkle trees and blob commitments."""
