"""An external key store proxy by its public API (version 1), with keys of its own."""

import base64
import hashlib
import json
import os
import re

from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from tls_server import TlsServer

HOST = "xks.example.test"
PREFIX = "/ours/kms/xks/v1"
AUTHORIZATION = re.compile(
    r"AWS4-HMAC-SHA256 Credential=(\w+)/\d{8}/([\w-]+)/kms-xks-proxy/aws4_request, "
    r"SignedHeaders=host;x-amz-date, Signature=(\w+)"
)


class Refusal(Exception):
    def __init__(self, status, name):
        self.status, self.name = status, name


def b64(data):
    return base64.b64encode(data).decode()


class XksProxy:
    """`keys` are the external keys by id; `disabled` those that may not be used; `requests` what KMS asked."""

    def __init__(self, folder):
        self.access_key_id, self.secret = "HGIE2BUAFNDMBCMSQVWL", "VU6W2byoiBrhDqNGbx703oL0syCAmhlQgwNUT123456"
        self.keys, self.disabled, self.requests = {}, set(), []
        self.server = TlsServer(folder, self.answer, names=[HOST])
        self.close = self.server.close

    def flags(self):
        return ["--xks-ca-file", self.server.ca_file, "--xks-resolve", f"{HOST}=127.0.0.1:{self.server.port}"]

    def new_key(self):
        key_id = f"key-{len(self.keys)}-{os.urandom(4).hex()}"
        self.keys[key_id] = AESGCM(os.urandom(32))
        return key_id

    def answer(self, path, headers, body):
        try:
            self.authenticate(path, headers, body)
            request = json.loads(body)
            self.requests.append((path, request))
            return 200, self.route(path.removeprefix(PREFIX), request)
        except Refusal as refusal:
            return refusal.status, {"errorName": refusal.name}

    def authenticate(self, path, headers, body):
        given = AUTHORIZATION.fullmatch(headers["authorization"])
        date = headers["x-amz-date"]
        request = AWSRequest(
            "POST", f"https://{HOST}{path}", headers={"Host": headers["host"], "X-Amz-Date": date}, data=body
        )
        request.context["timestamp"] = date
        signer = SigV4Auth(Credentials(self.access_key_id, self.secret), "kms-xks-proxy", given[2])
        signed = signer.signature(signer.string_to_sign(request, signer.canonical_request(request)), request)
        if (given[1], given[3]) != (self.access_key_id, signed):
            raise Refusal(401, "AuthenticationFailedException")

    def route(self, path, request):
        if path == "/health":
            members = [{"id": "a", "model": "ours", "healthStatus": "ACTIVE"}]
            return {"xksProxyFleetSize": 1, "xksProxyVendor": "us", "xksProxyModel": "1", "ekmVendor": "us",
                    "ekmFleetDetails": members}  # fmt: skip
        named = re.fullmatch(r"/keys/([\w-]+)/(metadata|encrypt|decrypt)", path)
        if not named:
            raise Refusal(404, "InvalidUriPathException")
        key_id, operation = named.groups()
        if key_id not in self.keys:
            raise Refusal(404, "KeyNotFoundException")
        if operation == "metadata":
            status = "DISABLED" if key_id in self.disabled else "ENABLED"
            return {"keySpec": "AES_256", "keyUsage": ["ENCRYPT", "DECRYPT"], "keyStatus": status}
        if key_id in self.disabled:
            raise Refusal(409, "InvalidStateException")
        return getattr(self, operation)(self.keys[key_id], request)

    def encrypt(self, key, request):
        aad = base64.b64decode(request["additionalAuthenticatedData"])
        iv = os.urandom(12)
        sealed = key.encrypt(iv, base64.b64decode(request["plaintext"]), aad)
        ciphertext, tag = sealed[:-16], sealed[-16:]
        return {"ciphertext": b64(ciphertext), "initializationVector": b64(iv), "authenticationTag": b64(tag),
                "ciphertextDataIntegrityValue": b64(hashlib.sha256(aad + iv + ciphertext + tag).digest())}  # fmt: skip

    def decrypt(self, key, request):
        names = ("initializationVector", "ciphertext", "authenticationTag", "additionalAuthenticatedData")
        iv, ciphertext, tag, aad = (base64.b64decode(request[name]) for name in names)
        try:
            return {"plaintext": b64(key.decrypt(iv, ciphertext + tag, aad))}
        except InvalidTag:
            raise Refusal(400, "InvalidCiphertextException") from None
