"""Adapters of the folder `execution`; its README says what the fields are."""
