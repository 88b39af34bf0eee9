"""The primitives as they are used, against published vectors (package cryptography-vectors).

NIST CAVP for AES-256-GCM, RFC 5869 for HKDF-SHA256, the Ed25519 authors' own for signatures.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import cryptography_vectors
import pytest
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from inspector.keys.signer import Ed25519Signer, signature_holds

FOLDER = Path(cryptography_vectors.__file__).parent


def records(name: str) -> Iterator[dict[str, str]]:
    """`Name = value` lines, a blank line between records; FAIL alone marks what must not open."""
    record: dict[str, str] = {}
    for line in (*(FOLDER / name).read_text().splitlines(), ""):
        if " = " in line or line.endswith(" ="):
            key, _, value = line.partition(" =")
            record[key.strip()] = value.strip()
        elif line.strip() == "FAIL":
            record["FAIL"] = "yes"
        elif not line.strip() and record:
            yield record
            record = {}


def test_nist_cavp_gcm_decrypt_256() -> None:
    right = wrong = refused = 0
    for r in records("ciphers/AES/GCM/gcmDecrypt256.rsp"):
        # The library asks for nonces of at least 8 bytes and whole tags; ours are 12 and 16.
        if "Key" not in r or len(r["IV"]) != 24 or len(r["Tag"]) != 32:
            continue
        box = AESGCM(bytes.fromhex(r["Key"]))
        data = bytes.fromhex(r["CT"] + r["Tag"])
        try:
            plain = box.decrypt(bytes.fromhex(r["IV"]), data, bytes.fromhex(r["AAD"]))
        except InvalidTag:
            refused += 1
            wrong += "FAIL" not in r
        else:
            right += 1
            wrong += "FAIL" in r or plain.hex() != r["PT"]
    assert wrong == 0
    assert right + refused == 375
    assert min(right, refused) > 150


def test_rfc_5869_hkdf_sha256() -> None:
    seen = 0
    for case in (FOLDER / "KDF/rfc-5869-HKDF-SHA256.txt").read_text().split("COUNT")[1:]:
        r = {k.strip(): v.strip() for k, eq, v in (line.partition("=") for line in case.splitlines()) if eq}
        made = HKDF(SHA256(), int(r["L"]), bytes.fromhex(r["salt"]) or None, bytes.fromhex(r["info"]))
        assert made.derive(bytes.fromhex(r["IKM"])).hex() == r["OKM"]
        seen += 1
    assert seen >= 3


def test_ed25519() -> None:
    seen = 0
    for line in (FOLDER / "asymmetric/Ed25519/sign.input").read_text().splitlines():
        secret, public, message, signed = line.split(":")[:4]
        signer = Ed25519Signer("v", bytes.fromhex(secret)[:32])
        signature, data = bytes.fromhex(signed)[:64], bytes.fromhex(message)
        assert signer.public.hex() == public
        assert signer.sign(data) == signature
        assert signature_holds(signer.public, signature, data)
        assert not signature_holds(signer.public, signature, data + b"x")
        seen += 1
        if seen == 300:
            break
    assert seen == 300


@pytest.mark.parametrize("signature", [b"", bytes(63), bytes(64), b"\xff" * 64])
def test_signatures_that_are_none(signature: bytes) -> None:
    assert not signature_holds(Ed25519Signer("v", bytes(32)).public, signature, b"data")
