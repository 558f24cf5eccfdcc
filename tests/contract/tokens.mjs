// What `jose` says of a token, with the keys that a running server publishes: `tokens.mjs BASE ISSUER TOKEN`. Prints the session.
import { createRemoteJWKSet, jwtVerify } from "jose";

const [base, issuer, token] = process.argv.slice(2);
const keys = createRemoteJWKSet(new URL("/.well-known/jwks.json", base));
const { payload } = await jwtVerify(token, keys, { issuer, audience: "gongpai", typ: "at+jwt", algorithms: ["EdDSA"] });
console.log(payload.sid);
