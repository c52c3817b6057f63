"""Adapters of the folder `onchain`: hashes, and scenarios of the contracts."""
