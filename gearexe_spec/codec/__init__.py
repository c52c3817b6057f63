"""The encodings of the protocol: SCALE, Solidity ABI (standard and packed), EIP-712 and blobs."""
