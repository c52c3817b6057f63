"""How clients are held against the specification: wire protocol, vectors, targets, runner and reports."""
