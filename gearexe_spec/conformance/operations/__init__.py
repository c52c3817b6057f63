"""What the specification answers on the wire: one module per area, each a table of operations.

An operation is a function from the JSON form of its input to the JSON form of its outputs; it may raise `Rejected`
(answered as rejected) and `NotSpecifiedYet` (answered as unsupported). An area with a state also says how the state is
read, written and hashed.
"""
