"""The on-chain oracle: an EVM world, our Solidity contracts and their artifacts, foreign artifacts."""
