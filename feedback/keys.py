"""Keys: authenticated encryption of what identifies a citizen, and keyed hashes to look it up by.

Old data keys stay readable after rotation; new values are always written with the first key.
"""

import base64
import hashlib
import hmac
import os
import secrets
from collections.abc import Sequence

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

KEY_BYTES = 32
_NONCE_BYTES = 12
_FINGERPRINT_BYTES = 4


def new_key() -> str:
    """A fresh random 256-bit key, URL-safe base64."""
    return base64.urlsafe_b64encode(secrets.token_bytes(KEY_BYTES)).decode()


def parse_key(text: str) -> bytes:
    """Decode a key; ValueError when it is not 32 bytes of base64."""
    try:
        key = base64.urlsafe_b64decode(text.strip().encode() + b"=" * (-len(text.strip()) % 4))
    except ValueError as error:
        raise ValueError("the key is not base64") from error
    if len(key) != KEY_BYTES:
        raise ValueError(f"the key has {len(key)} bytes, {KEY_BYTES} are needed")
    return key


class KeyRing:
    """Encrypts with the newest data key, decrypts with any, and hashes with the look-up key."""

    def __init__(self, *, data_keys: Sequence[bytes], lookup_key: bytes) -> None:
        if not data_keys:
            raise ValueError("at least one data key is needed")
        self._ciphers = {hashlib.sha256(key).digest()[:_FINGERPRINT_BYTES]: AESGCM(key) for key in data_keys}
        self._fingerprint = hashlib.sha256(data_keys[0]).digest()[:_FINGERPRINT_BYTES]
        self._cipher = self._ciphers[self._fingerprint]
        self._lookup_key = lookup_key

    def encrypt(self, plain: bytes, *, purpose: bytes) -> bytes:
        """Key fingerprint, nonce and ciphertext; ``purpose`` must be given again to decrypt."""
        nonce = os.urandom(_NONCE_BYTES)
        return self._fingerprint + nonce + self._cipher.encrypt(nonce, plain, purpose)

    def decrypt(self, sealed: bytes, *, purpose: bytes) -> bytes:
        """Undo `encrypt`. ValueError when the key is unknown or the value was tampered with."""
        cipher = self._ciphers.get(sealed[:_FINGERPRINT_BYTES])
        if cipher is None:
            raise ValueError("the value was encrypted with a key that is not in the key ring")
        body = sealed[_FINGERPRINT_BYTES:]
        try:
            return cipher.decrypt(body[:_NONCE_BYTES], body[_NONCE_BYTES:], purpose)
        except (InvalidTag, ValueError) as error:  # ValueError: torn within the nonce
            raise ValueError("the value was changed or belongs to another purpose") from error

    def lookup(self, value: str) -> bytes:
        """Keyed hash (16 bytes) under which a LINE user id is found without being stored."""
        # Half a surrogate pair is no id of LINE's, but must not stop the request that carries it.
        return hmac.digest(self._lookup_key, value.encode("utf-8", "surrogatepass"), "sha256")[:16]
