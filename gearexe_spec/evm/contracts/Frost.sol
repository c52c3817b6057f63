// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.35;

/// @title Verification of a FROST (Schnorr) signature over secp256k1 with Keccak-256, by way of `ecrecover`.
/// @dev A valid signature has z*G = R + c*X; `ecrecover` gives the address of z*G - c*X, which is compared with R's.
library Frost {
    uint256 internal constant P = 0xfffffffffffffffffffffffffffffffffffffffffffffffffffffffefffffc2f;
    uint256 internal constant N = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141;

    /// @dev "FROST-secp256k1-KECCAK256-v1chal" and its length, as RFC 9380 wants the domain separation tag.
    bytes32 private constant TAG = "FROST-secp256k1-KECCAK256-v1chal";
    bytes1 private constant TAG_LENGTH = 0x20;

    /// @dev y^2 = x^3 + 7 modulo P; coordinates at or above P are reduced.
    function isOnCurve(uint256 x, uint256 y) internal pure returns (bool) {
        return mulmod(y, y, P) == addmod(mulmod(mulmod(x, x, P), x, P), 7, P);
    }

    /// @dev `ecrecover` takes x as its r, which must lie below N.
    function isValidPublicKey(uint256 x, uint256 y) internal pure returns (bool) {
        return x < N && isOnCurve(x, y);
    }

    /// @param x Public key, first coordinate; validity is not looked at again.
    /// @param y Public key, second coordinate.
    /// @param rx Commitment R, first coordinate.
    /// @param ry Commitment R, second coordinate.
    /// @param z Response.
    /// @param message The signed digest.
    function verify(uint256 x, uint256 y, uint256 rx, uint256 ry, uint256 z, bytes32 message)
        internal
        view
        returns (bool)
    {
        if (!isOnCurve(rx, ry)) return false;
        if (z == 0 || z >= N) return false;

        uint256 c = challenge(x, y, rx, ry, message);
        if (c == 0) return false;

        bytes32 e = bytes32(N - mulmod(z, x, N));
        bytes32 s = bytes32(N - mulmod(c, x, N));
        address found = ecrecover(e, y & 1 == 0 ? 27 : 28, bytes32(x), s);
        return uint160(found) == uint160(uint256(keccak256(abi.encodePacked(rx, ry))));
    }

    /// @dev hash_to_field over expand_message_xmd with Keccak-256 (block 136, output 32): 48 bytes modulo N.
    function challenge(uint256 x, uint256 y, uint256 rx, uint256 ry, bytes32 message) internal pure returns (uint256) {
        bytes32 b0 = keccak256(
            bytes.concat(
                new bytes(136),
                abi.encodePacked(prefix(ry), rx, prefix(y), x, message),
                abi.encodePacked(uint16(48), uint8(0), TAG, TAG_LENGTH)
            )
        );
        bytes32 b1 = keccak256(abi.encodePacked(b0, uint8(1), TAG, TAG_LENGTH));
        bytes32 b2 = keccak256(abi.encodePacked(b0 ^ b1, uint8(2), TAG, TAG_LENGTH));

        // (b1 * 2^128 + the high half of b2) mod N
        return addmod(mulmod(uint256(b1), 1 << 128, N), uint256(b2) >> 128, N);
    }

    /// @dev First byte of a compressed point: 2 for even, 3 for odd.
    function prefix(uint256 y) private pure returns (bytes1) {
        return y & 1 == 0 ? bytes1(0x02) : bytes1(0x03);
    }
}
