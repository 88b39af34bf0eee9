"""The primitives as they are used, against Wycheproof's vectors, which are made to break implementations.

`tests/data/wycheproof/README.md` says where the files are from. AES key wrap isn't used, so it isn't tried.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from inspector.keys.signer import signature_holds

FOLDER = Path(__file__).parents[1] / "data" / "wycheproof"


def vectors(name: str, total: int) -> Iterator[tuple[dict[str, Any], dict[str, Any]]]:
    """Group and test, all of a file."""
    whole = json.loads((FOLDER / name).read_text())
    assert sum(len(group["tests"]) for group in whole["testGroups"]) == whole["numberOfTests"] == total
    for group in whole["testGroups"]:
        for test in group["tests"]:
            yield group, test


def binary(test: dict[str, Any], *names: str) -> list[bytes]:
    return [bytes.fromhex(test[name]) for name in names]


def test_aes_gcm_with_nonces_and_tags_like_ours() -> None:
    results, wrong = Counter[str](), []
    for group, test in vectors("aes_gcm_test.json", 316):
        if (group["ivSize"], group["tagSize"]) != (96, 128):
            continue
        key, iv, bound, plain, sealed, tag = binary(test, "key", "iv", "aad", "msg", "ct", "tag")
        try:
            opened = AESGCM(key).decrypt(iv, sealed + tag, bound)
        except InvalidTag:
            opened = None
        results[test["result"]] += 1
        good = test["result"] == "valid"
        if opened != (plain if good else None):
            wrong.append(test["tcId"])
        if good and AESGCM(key).encrypt(iv, plain, bound) != sealed + tag:
            wrong.append(test["tcId"])
    assert wrong == []
    assert results["valid"] > 100 and results["invalid"] > 50, results


def test_other_nonces_are_opened_rightly_or_refused() -> None:
    """Those that the library takes; none of ours is of another size than 12 bytes."""
    opened = refused = 0
    for group, test in vectors("aes_gcm_test.json", 316):
        if group["ivSize"] == 96:
            continue
        key, iv, bound, plain, sealed, tag = binary(test, "key", "iv", "aad", "msg", "ct", "tag")
        try:
            assert AESGCM(key).decrypt(iv, sealed + tag, bound) == plain
        except (InvalidTag, ValueError):
            refused += 1
            assert test["result"] == "invalid" or not 8 <= len(iv) <= 128
        else:
            opened += 1
            assert test["result"] == "valid"
    assert opened > 30 and refused > 10


def test_hkdf_sha256() -> None:
    results = Counter[str]()
    for _, test in vectors("hkdf_sha256_test.json", 86):
        material, salt, info, made = binary(test, "ikm", "salt", "info", "okm")
        try:
            derived = HKDF(SHA256(), test["size"], salt or None, info).derive(material)
        except ValueError:
            derived = None
        assert derived == (made if test["result"] == "valid" else None), test["tcId"]
        results[test["result"]] += 1
    assert results["valid"] > 70 and results["invalid"], results


def test_ed25519_signatures() -> None:
    results = Counter[str]()
    for group, test in vectors("ed25519_test.json", 210):
        (public,) = binary(group["publicKey"], "pk")
        message, signature = binary(test, "msg", "sig")
        holds = signature_holds(public, signature, message)
        results[test["result"]] += 1
        # Acceptable: public keys of small or mixed order, which nobody's own key generation gives.
        assert test["result"] == "acceptable" or holds is (test["result"] == "valid"), test["tcId"]
    assert results["valid"] > 50 and results["invalid"] > 50, results
