"""What a node does: blocks, injected transactions, promises, batches, roles, elections, rewards, misbehaviour."""
