"""A mail server, as far as the tests need one. It keeps what it takes in FOLDER/messages.jsonl, one message a line. A mailbox named
`nobody` does not exist, one named `later` is busy the first time. With `tls`, it asks for STARTTLS and a password, and shows a certificate
for `localhost` that FOLDER/certificate.pem vouches for.

Usage: mail.py PORT FOLDER [tls]
"""
import datetime
import email
import email.policy
import ipaddress
import json
import logging
import ssl
import sys
import threading
import warnings

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

PORT, FOLDER, TLS = int(sys.argv[1]), sys.argv[2], sys.argv[3:] == ["tls"]
seen = set()

# That a client does not trust us is what a test wants.
logging.disable(logging.CRITICAL)
warnings.simplefilter("ignore")


class Handler:
    async def handle_RCPT(self, server, session, envelope, address, options):
        name = address.partition("@")[0]
        if name == "nobody":
            return "550 5.1.1 there is no such mailbox"
        if name == "later" and name not in seen:
            seen.add(name)
            return "451 4.3.0 busy, come back"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):
        message = email.message_from_bytes(envelope.content, policy=email.policy.default)
        kept = {"from": envelope.mail_from, "to": envelope.rcpt_tos, "subject": str(message["subject"]), "text": message.get_content(),
                "headers": {name.lower(): str(value) for name, value in message.items()}, "defects": [str(it) for it in message.defects],
                "tls": session.ssl is not None, "user": session.auth_data}
        with open(f"{FOLDER}/messages.jsonl", "a") as file:
            file.write(json.dumps(kept, ensure_ascii=False) + "\n")
        return "250 taken"


def certificate():
    def name(text):
        return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])

    def certify(subject, key, issuer, by, *extensions):
        start = datetime.datetime.now(datetime.timezone.utc) - datetime.timedelta(days=1)
        builder = (x509.CertificateBuilder().subject_name(name(subject)).issuer_name(name(issuer)).public_key(key.public_key())
                   .serial_number(x509.random_serial_number()).not_valid_before(start).not_valid_after(start + datetime.timedelta(days=9)))
        for extension, critical in extensions:
            builder = builder.add_extension(extension, critical)
        return builder.sign(by, hashes.SHA256()).public_bytes(serialization.Encoding.PEM)

    root, leaf = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
    names = x509.SubjectAlternativeName([x509.DNSName("localhost"), x509.IPAddress(ipaddress.ip_address("127.0.0.1"))])
    served = certify("localhost", leaf, "tests", root, (names, False), (x509.BasicConstraints(False, None), True))
    with open(f"{FOLDER}/server.pem", "wb") as file:
        file.write(served)
        file.write(leaf.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()))
    with open(f"{FOLDER}/certificate.pem", "wb") as file:
        file.write(certify("tests", root, "tests", root, (x509.BasicConstraints(True, None), True)))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(f"{FOLDER}/server.pem")
    return context


def knows(server, session, envelope, mechanism, data):
    right = (data.login, data.password) == (b"gongpai", b"a word/of: its own")
    session.auth_data = data.login.decode() if right else None
    return AuthResult(success=right, auth_data=session.auth_data)


options = {}
if TLS:
    options = {"tls_context": certificate(), "require_starttls": True, "authenticator": knows, "auth_required": True}
Controller(Handler(), hostname="127.0.0.1", port=PORT, **options).start()
threading.Event().wait()
