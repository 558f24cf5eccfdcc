"""Carriers of SMS, as far as the tests need them: they check each request with the official SDKs, answer as the real ones do,
and hand out what they took. `POST /answers` says how they are to answer from then on: a carrier's name and `ok`, an error code of
its own, `hang`, or `500`.

Usage: carriers.py PORT
"""
import base64
import json
import sys
import time
import urllib.parse
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from alibabacloud_openapi_util.client import Client as AliyunSigner
from Tea.request import TeaRequest
from tencentcloud.common.sign import Sign
from twilio.request_validator import RequestValidator

import hashlib

taken = []
answers = {"aliyun": "ok", "tencent": "ok", "twilio": "ok"}
PORT = int(sys.argv[1])


def aliyun_is_right(headers, query):
    request = TeaRequest()
    request.method, request.pathname = "POST", "/"
    request.query = dict(query)
    names = ("host", "x-acs-action", "x-acs-content-sha256", "x-acs-date", "x-acs-signature-nonce", "x-acs-version")
    request.headers = {name: headers[name] for name in names}
    empty = hashlib.sha256(b"").hexdigest()
    wanted = AliyunSigner.get_authorization(request, "ACS3-HMAC-SHA256", empty, "ali-id", "ali-secret")
    return headers["authorization"].replace(", ", ",") == wanted.replace(", ", ",")


def tencent_is_right(headers, body):
    at = int(headers["x-tc-timestamp"])
    date = time.strftime("%Y-%m-%d", time.gmtime(at))
    canonical = (f"content-type:{headers['content-type'].lower()}\nhost:{headers['host'].lower()}\n"
                 f"x-tc-action:{headers['x-tc-action'].lower()}\n")
    names = "content-type;host;x-tc-action"
    request = "\n".join(["POST", "/", "", canonical, names, hashlib.sha256(body).hexdigest()])
    scope = f"{date}/sms/tc3_request"
    signed = "\n".join(["TC3-HMAC-SHA256", str(at), scope, hashlib.sha256(request.encode()).hexdigest()])
    signature = Sign.sign_tc3("ten-secret", date, "sms", signed)
    return headers["authorization"] == (f"TC3-HMAC-SHA256 Credential=ten-id/{scope}, SignedHeaders={names}, Signature={signature}")


class Handler(BaseHTTPRequestHandler):
    def log_message(self, *_):
        pass

    def answer(self, status, value):
        body = json.dumps(value).encode()
        self.send_response(status)
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def do_GET(self):
        self.answer(200, taken)

    def do_POST(self):
        body = self.rfile.read(int(self.headers.get("content-length") or 0))
        headers = {name.lower(): value for name, value in self.headers.items()}
        path, _, query = self.path.partition("?")
        if path == "/answers":
            answers.update(json.loads(body))
            return self.answer(200, answers)
        if path == "/sign":
            # The signature that Twilio would put on a report.
            wanted = json.loads(body)
            signature = RequestValidator("twi-token").compute_signature(wanted["url"], wanted["form"])
            return self.answer(200, {"signature": signature})
        if path.startswith("/2010-04-01/"):
            return self.twilio(path, headers, body)
        if "x-acs-action" in headers:
            return self.aliyun(headers, dict(urllib.parse.parse_qsl(query, strict_parsing=True)))
        return self.tencent(headers, body)

    def how(self, carrier):
        how = answers[carrier]
        if how == "hang":
            time.sleep(3)
        return how

    def aliyun(self, headers, query):
        how = self.how("aliyun")
        if how == "500":
            return self.answer(500, "broken")
        if not aliyun_is_right(headers, query):
            return self.answer(400, {"Code": "SignatureDoesNotMatch", "RequestId": "1"})
        if how not in ("ok", "hang"):
            return self.answer(200, {"Code": how, "Message": f"refused {query['PhoneNumbers']}", "RequestId": "1"})
        reference = f"{len(taken)}^0"
        taken.append({"carrier": "aliyun", "to": query["PhoneNumbers"], "template": query["TemplateCode"], "sign": query["SignName"],
                      "values": json.loads(query["TemplateParam"]), "reference": reference})
        return self.answer(200, {"Code": "OK", "Message": "OK", "BizId": reference, "RequestId": "1"})

    def tencent(self, headers, body):
        how = self.how("tencent")
        if how == "500":
            return self.answer(500, "broken")
        if not tencent_is_right(headers, body):
            return self.answer(200, {"Response": {"Error": {"Code": "AuthFailure.SignatureFailure", "Message": "no"}, "RequestId": "1"}})
        sent = json.loads(body)
        number = sent["PhoneNumberSet"][0]
        if how not in ("ok", "hang"):
            status = {"SerialNo": "", "PhoneNumber": number, "Fee": 0, "Code": how, "Message": "no", "IsoCode": ""}
            return self.answer(200, {"Response": {"SendStatusSet": [status], "RequestId": "1"}})
        reference = f"2640:{len(taken)}"
        taken.append({"carrier": "tencent", "to": number, "template": sent["TemplateId"], "sign": sent["SignName"],
                      "values": sent["TemplateParamSet"], "reference": reference})
        status = {"SerialNo": reference, "PhoneNumber": number, "Fee": 1, "Code": "Ok", "Message": "send success", "IsoCode": "CN"}
        return self.answer(200, {"Response": {"SendStatusSet": [status], "RequestId": "1"}})

    def twilio(self, path, headers, body):
        how = self.how("twilio")
        if how == "500":
            return self.answer(500, "broken")
        wanted = "Basic " + base64.b64encode(b"AC1:twi-token").decode()
        if headers.get("authorization") != wanted or path != "/2010-04-01/Accounts/AC1/Messages.json":
            return self.answer(401, {"code": 20003, "message": "Authenticate", "status": 401})
        form = dict(urllib.parse.parse_qsl(body.decode(), strict_parsing=True))
        if how not in ("ok", "hang"):
            return self.answer(400, {"code": int(how), "message": "no", "status": 400})
        reference = f"SM{len(taken)}"
        taken.append({"carrier": "twilio", "to": form["To"], "text": form["Body"], "from": form["From"],
                      "report_to": form.get("StatusCallback"), "reference": reference})
        return self.answer(201, {"sid": reference, "status": "queued"})


ThreadingHTTPServer.request_queue_size = 128
ThreadingHTTPServer(("127.0.0.1", PORT), Handler).serve_forever()
