"""The artifacts: complete, of production's interface, reproducible, and read with care."""

import json
import shutil
import subprocess
from pathlib import Path

import pytest

from gearexe_spec.crypto.hashes import keccak256
from gearexe_spec.evm.artifacts import EMBEDDED, ArtifactError, Artifacts, embedded_artifacts, load_artifacts

ROOT = Path(__file__).parents[2]

# Selectors of functions and errors, and topics of events, as published for production's contracts.
SELECTORS = {
    "Router": """
    007a32e7 00f4462b 06d6c383 0b9737ce 0c18d277 0d91bf2a 0e2637d1 118cdaa7 11bec80d 145e348f 1622441d 164b6fc3
    188509e9 1bcbc39c 1c96c400 1e4fbdf7 2628d198 28e24b3d 2ae9c600 2ce466bf 3644e515 3683c4d2 3bd109fa 3d43b418
    3ee5aeb5 3f4ba83a 4013fbb8 43d3f5bf 47860b97 4c9c8ce3 4f1ef286 52d1902d 53b2bbed 53f7fd48 5734c0e1 580683f3
    5c975abb 60a1ea77 64939dda 67b91451 6c2bf3db 6c2eb350 6dfcc650 6ebe1556 715018a6 71a8cf2d 729d0f6b 74ff1afc
    752d88c0 7939f424 7b8cb359 7ba5ffb5 7ecebe00 821a62f5 82bdeaad 8456cb59 84b0196e 84d22a4f 87a19ab0 88f50cf0
    8b1edf1e 8c4ace6a 8d763ca0 8da5cb5b 8dfc202b 8f381dbe 9067088e 9476b030 96a2ddfa 98715d2a 9996b315 9eb939a8
    a1a7c6eb a5d53a44 aa1d49a4 ad3cb1cc b398979f b7d09497 b9f4809a baaf0201 bd2a913c c13911e8 c2eb812f ca1e7819
    cacf66ab cff23d44 d456fd51 d6bda275 d6c404a8 d78bce0c d7e6bcf8 d93c0665 dd06108e e07c8dba e3a6684f e55099ca
    e6fabc09 ed018262 ed612f8c edc87225 ee32004f f0fd702a f1ef31ec f26224af f2fde38b f4f20ac0 f645eedf f765f45e
    f7ba6bdb f7bac7b5 f7bd23ce f92ee8a9 facd743b fce698f7
    """,
    "Mirror": """
    084f443a 1d12e8c8 217ef7bc 36a52a18 42129d00 463a5c5f 4be6d1b6 4bfa3a2d 4c3c7a10 5ce6c327 69825c08 701da98e
    704ed542 7a8e0cdd 8778dcd3 8eb20030 91d5a64c 99dd405f 9ce110d7 affed0e0 bfa28576 c6049692 d177e9a8 d93c0665
    e43f3433 ebe91ae2 ed488aa3 f20d2405 f887ea40
    """,
    "WrappedVara": """
    06fdde03 095ea7b3 18160ddd 23b872dd 313ce567 3644e515 40c10f19 42966c68 4b800e46 4f1ef286 52d1902d 62791302
    6c2eb350 70a08231 715018a6 79cc6790 7ecebe00 84b0196e 8da5cb5b 94280d62 95d89b41 96c6fd1e a9059cbb ad3cb1cc
    c4d66de8 d505accf dd62ed3e e450d38c e602df05 ec442f05 f2fde38b fb8f41b2
    """,
}
TOPICS = {
    "Router": """
    059eb9adf6e95b839d818142ed5bd5e498b6d95138e65c91525e93cc0f0339fc
    0a6387c9ea3628b88a633bb4f3b151770f70085117a15f9bf3787cda53f13d31
    460119a8f69a33ed127de517d5ea464e958ce23ef19e4420a8b92bf780bbc2c9
    5c261a095dd5720475295dc06379921c003c22164ee6cae5cf83e76ce0a1b985
    5db9ee0a495bf2e6ff9c91a7834c1ba4fdd244a5e8aa4e537bd38aeae4b073aa
    60e5a0cd4e467d80fbdaaf85873a02b09330ec141877522528ce5ae2bd8825ec
    62e78cea01bee320cd4e420270b5ea74000d11b0c9f74754ebdbfc544b05a258
    694c1e8c673a4782b065120b25b67f4198a5f2086b6edbe3c5093a9a64cc8331
    7ebe42360bcb182fe0a88148b081e4557c89d09aa6af8307635ac2f83e2aaa65
    8008ec1d8798725ebfa0f2d128d52e8e717dcba6e0f786557eeee70614b02bf1
    8be0079c531659141344cd1fd0a4f28419497f9722a3daafe3b4186f6b6457e0
    a1a3b42179ad30022438a1ea333b38eaf4a7329beee5e2b8111c0dcd4e08821c
    bc7cd75a20ee27fd9adebab32041f755214dbc6bffa90cc0225b39da2e5c2d3b
    c630ddcf92c1a2e0d08b0e482dafa1312a9be3f7374d504c1e418a13fa844241
    c7f505b2f371ae2175ee4913f4499e1f2633a7b5936321eed1cdaeb6115181d2
    f583caea6f16648692b04d1e9027d4bfa822c245d502c23e13eecbac363265ed
    """,
    "Mirror": """
    0354817698da67944179457b89e15c1c57ca7b8cfd9d80eab1d09c258f6c4978
    134041dec9803c024e94a2479679395a15b6ae0034c4d424ab47712aa1826206
    305c463d916e500e09d8c2b51f3ceea288d92833ffec0144992c3f3a80af158a
    5136ea80de584762b9532903198dfdd1125167a8685e943b1bc5d16b777151c3
    5c601f20d27885120b6fed87a4c313849b86eaddc9d28e7685e2e66a9c080930
    69c554fdd8abe771a12e37e5d229102c9e7bc0041a7cd4b726d0debd837556f3
    74e4a0c671b40d8f56604cce496a32bad5ff6f039513935b7cc837dc9ba970ed
    76c87872723521658a1c429bc5e355c5ad7b30719dae90158fe2b591f9ea56f8
    85ba4ebb0990fc588bfbb287e2e810a77c858e0a69485d6a938c52c054236667
    9c4ffe7286aed9eb205c8adb12b51219122c7e56c67017f312af0e15f8011773
    9d835932f9695ed8acd7290fb99476799c321b20b15a597a99b597bdfb907c54
    a217f2987a7942c2966f1fd16d39097862308325249e8b9fb4c00a430fd65783
    b64dad8a89028819d048f9c75ec4c516341da68972bb68a8e1262b5443c61e7f
    e240a19e4a4ef8e5861c0eea48f9ab2cdb47bfe98347c94ccabb9c45f7d8d1c6
    """,
    "WrappedVara": """
    8c5be1e5ebec7d5bd14f71427d1e84f3dd0314c0f7b2291e5b200ac8c7c3b925
    ddf252ad1be2c89b69c2b068fc378daa952ba7f163c4a11628f55a4df523b3ef
    """,
}
FROM_LIBRARIES = {
    "WrappedVara": """
    d6bda275 aa1d49a4 d7e6bcf8 9996b315 e07c8dba 4c9c8ce3 d78bce0c 118cdaa7 f645eedf b398979f f92ee8a9 752d88c0
    fce698f7 1e4fbdf7
    8be0079c531659141344cd1fd0a4f28419497f9722a3daafe3b4186f6b6457e0
    bc7cd75a20ee27fd9adebab32041f755214dbc6bffa90cc0225b39da2e5c2d3b
    c7f505b2f371ae2175ee4913f4499e1f2633a7b5936321eed1cdaeb6115181d2
    0a6387c9ea3628b88a633bb4f3b151770f70085117a15f9bf3787cda53f13d31
    """
}


@pytest.mark.parametrize("contract", SELECTORS)
def test_the_interface_is_productions(contract: str) -> None:
    abi = embedded_artifacts()[contract].abi
    found = {key.hex() for table in (abi.selectors, abi.errors, abi.events) for key in table}
    published = SELECTORS[contract].split() + TOPICS[contract].split()
    assert found == set(published) | set(FROM_LIBRARIES.get(contract, "").split())


@pytest.mark.parametrize(
    ("router", "published"),
    [
        ("ee", "ed706586310878a9c84c46a95ac3cf98a6d045c51512aef8b5218295109778f4"),
        ("00", "e0de1a9399119df8a0537ab77462088a161fd8d15479ab0b92c3a66066aa3597"),
    ],
)
def test_the_full_clone_compiles_to_productions_creation_code(router: str, published: str) -> None:
    bytecode = embedded_artifacts()["MirrorProxy"].bytecode
    assert len(bytecode) == 763
    assert bytecode.find(b"\xee" * 20) == 707  # where Clones.sol writes the Router
    assert bytecode.count(b"\xee" * 20) == 1
    assert keccak256(bytecode.replace(b"\xee" * 20, bytes.fromhex(router * 20))).hex() == published


def test_no_machine_or_registry_is_named_in_the_lock() -> None:
    lock = json.loads((ROOT / "package-lock.json").read_text())
    assert not [name for name, package in lock["packages"].items() if "resolved" in package]


def test_rebuilding_gives_the_same_bytes(tmp_path: Path) -> None:
    node = shutil.which("node")
    if node is None or not (ROOT / "node_modules" / "solc").is_dir():
        pytest.skip("needs Node.js and npm ci")
    subprocess.run([node, ROOT / "gearexe_spec/evm/build_contracts.mjs", tmp_path], check=True, capture_output=True)
    names = sorted(path.name for path in EMBEDDED.iterdir())
    assert sorted(path.name for path in tmp_path.iterdir()) == names
    for name in names:
        assert (tmp_path / name).read_bytes() == (EMBEDDED / name).read_bytes(), name


@pytest.mark.parametrize("bytecode", ["0x6001", "6001", {"object": "0x6001"}, {"object": "6001"}])
def test_bytecode_may_be_text_or_an_object(bytecode: object, tmp_path: Path) -> None:
    abi = [{"type": "constructor", "inputs": [{"name": "", "type": "uint256"}]}]
    (tmp_path / "Thing.json").write_text(json.dumps({"abi": abi, "bytecode": bytecode}))
    artifacts = load_artifacts(tmp_path)
    assert "Thing" in artifacts
    assert "Other" not in artifacts
    assert artifacts["Thing"].initcode(5) == b"\x60\x01" + (5).to_bytes(32, "big")


@pytest.mark.parametrize(
    "content",
    ["", "{", "[]", "{}", '{"abi": []}', '{"abi": [], "bytecode": 5}', '{"abi": [], "bytecode": "0x60__$lib$__"}'],
)
def test_what_is_no_artifact_is_named(content: str, tmp_path: Path) -> None:
    (tmp_path / "Router.json").write_text(content)
    with pytest.raises(ArtifactError, match=r"Router\.json is no artifact"):
        Artifacts(tmp_path)["Router"]


def test_missing_files_and_folders_are_named(tmp_path: Path) -> None:
    with pytest.raises(ArtifactError, match="Mirror"):
        Artifacts(tmp_path)["Mirror"]
    with pytest.raises(ArtifactError, match="nowhere"):
        load_artifacts(tmp_path / "nowhere")
