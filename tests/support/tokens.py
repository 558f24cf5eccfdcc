"""What PyJWT says of a token, with the keys that a running server publishes: `tokens.py BASE ISSUER TOKEN`. Prints the session."""
import sys

import jwt

base, issuer, token = sys.argv[1:]
key = jwt.PyJWKClient(base + "/.well-known/jwks.json").get_signing_key_from_jwt(token)
# The clock of a test may be ahead.
claims = jwt.decode(token, key, algorithms=["EdDSA"], audience="gongpai", issuer=issuer, leeway=3600)
print(claims["sid"])
