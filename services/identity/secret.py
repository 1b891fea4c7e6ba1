"""Random secrets that are handed out once, and the digest that is stored of them."""

import hashlib
import secrets

BITS = 256


def new_secret() -> str:
    """256 random bits, as 43 characters that need no escaping in an address."""
    return secrets.token_urlsafe(BITS // 8)


def digest(secret: str) -> str:
    """What is stored of a secret. A plain hash is enough: nobody can try 2^256 secrets."""
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()
