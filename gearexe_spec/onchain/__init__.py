"""The contracts on Ethereum as state transitions: Router, Mirror, WrappedVara, Middleware; commitments; eras."""
