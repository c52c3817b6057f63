"""Adapters of the folder `consensus`; its README says what the fields are."""
