//! Records what the published crate `frost-secp256k1-evm` makes of given randomness: one JSON document.
//!
//! Run: cargo run --release > ../frost_secp256k1_evm.json

use frost_secp256k1_evm as frost;
use frost::keys::{IdentifierList, KeyPackage};
use frost::rand_core::{CryptoRng, Error, RngCore};
use frost::{Identifier, SigningKey, SigningPackage};
use std::collections::BTreeMap;

/// Counted bytes in place of randomness, and what was taken of them.
struct Tape {
    state: u64,
    taken: Vec<[u8; 32]>,
}

impl RngCore for Tape {
    fn next_u32(&mut self) -> u32 {
        self.next_u64() as u32
    }
    fn next_u64(&mut self) -> u64 {
        self.state = self.state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.state ^ (self.state >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed ^ (mixed >> 27)
    }
    fn fill_bytes(&mut self, bytes: &mut [u8]) {
        for chunk in bytes.chunks_mut(8) {
            let word = self.next_u64().to_be_bytes();
            chunk.copy_from_slice(&word[..chunk.len()]);
        }
        self.taken.push(bytes.try_into().expect("32 bytes at a time"));
    }
    fn try_fill_bytes(&mut self, bytes: &mut [u8]) -> Result<(), Error> {
        self.fill_bytes(bytes);
        Ok(())
    }
}

impl CryptoRng for Tape {}

fn text(bytes: impl AsRef<[u8]>) -> String {
    let digits: String = bytes.as_ref().iter().map(|byte| format!("{byte:02x}")).collect();
    format!("\"0x{digits}\"")
}

fn list(items: impl IntoIterator<Item = String>) -> String {
    format!("[{}]", items.into_iter().collect::<Vec<_>>().join(", "))
}

fn case(count: u16, threshold: u16, signers: &[u16], message: &[u8]) -> Result<String, frost::Error> {
    let mut tape = Tape { state: u64::from(count) << 16 | u64::from(threshold), taken: vec![] };
    let secret = SigningKey::new(&mut tape);
    let (shares, public) = frost::keys::split(&secret, count, threshold, IdentifierList::Default, &mut tape)?;
    let coefficients = list(tape.taken.drain(..).map(text));
    let sharing = shares.values().next().expect("a share").commitment().serialize()?;

    let mut chosen = BTreeMap::new();
    for &number in signers {
        let identifier = Identifier::try_from(number)?;
        let key = KeyPackage::try_from(shares[&identifier].clone())?;
        let (nonces, commitments) = frost::round1::commit(key.signing_share(), &mut tape);
        let seeds: Vec<_> = tape.taken.drain(..).collect();
        chosen.insert(identifier, (number, key, nonces, commitments, seeds));
    }
    let commitments = chosen.iter().map(|(identifier, parts)| (*identifier, parts.3)).collect();
    let package = SigningPackage::new(commitments, message);
    let mut parts = BTreeMap::new();
    for (identifier, (_, key, nonces, _, _)) in &chosen {
        parts.insert(*identifier, frost::round2::sign(&package, nonces, key)?);
    }
    let signature = frost::aggregate(&package, &parts, &public)?;
    public.verifying_key().verify(message, &signature)?;

    let mut told = vec![];
    for (identifier, (number, key, nonces, commitments, seeds)) in &chosen {
        told.push(format!(
            "{{\"identifier\": {number}, \"hidingSeed\": {}, \"bindingSeed\": {}, \"hiding\": {}, \"binding\": {}, \
             \"hidingCommitment\": {}, \"bindingCommitment\": {}, \"publicShare\": {}, \"share\": {}}}",
            text(seeds[0]),
            text(seeds[1]),
            text(nonces.hiding().serialize()),
            text(nonces.binding().serialize()),
            text(commitments.hiding().serialize()?),
            text(commitments.binding().serialize()?),
            text(key.verifying_share().serialize()?),
            text(parts[identifier].serialize()),
        ));
    }
    let keys = list(shares.values().map(|share| text(share.signing_share().serialize())));
    Ok(format!(
        "{{\"coefficients\": {coefficients}, \"shares\": {keys}, \"sharing\": {}, \"publicKey\": {}, \"message\": {}, \
         \"signers\": {}, \"signature\": {}}}",
        list(sharing.iter().map(text)),
        text(public.verifying_key().serialize()?),
        text(message),
        list(told),
        text(signature.serialize()?),
    ))
}

fn main() -> Result<(), frost::Error> {
    let cases = [
        case(2, 2, &[1, 2], b"")?,
        case(3, 2, &[1, 3], b"test")?,
        case(3, 2, &[1, 2, 3], &[0x41; 32])?,
        case(5, 3, &[5, 2, 4], &[0xff; 32])?,
        case(9, 6, &[1, 2, 3, 4, 5, 6], &[0; 32])?,
        case(10, 7, &[10, 9, 8, 7, 6, 5, 4, 3], &[7; 136])?,
        case(20, 4, &[20, 1, 16, 15], &[1; 1000])?,
    ];
    println!("{{\"source\": \"frost-secp256k1-evm 3.0.0\", \"cases\": {}}}", list(cases));
    Ok(())
}
