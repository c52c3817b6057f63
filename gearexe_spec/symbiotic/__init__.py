"""Restaking: vaults, delegators, slashers, registries, operator and staker reward contracts."""
