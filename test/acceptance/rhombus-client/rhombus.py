"""The published calls an integrator uses, and nothing else."""
import base64
import os

import requests


class Rhombus:
    def __init__(self, url, api_key):
        self.url = url
        self.session = requests.Session()
        self.session.headers.update({"x-auth-scheme": "api-token", "x-auth-apikey": api_key})

    @classmethod
    def from_environment(cls):
        return cls(os.environ["RHOMBUS_URL"], os.environ["RHOMBUS_API_KEY"])

    def call(self, path, body):
        response = self.session.post(self.url + path, json=body, timeout=20)
        if not response.ok:
            raise RuntimeError(f"HTTP {response.status_code}: {response.text}")
        return response.json()

    def doors(self, page_size=None):
        key = None
        while True:
            page = self.call("/api/component/findAccessControlledDoors", {"lastEvaluatedKey": key, "maxPageSize": page_size})
            yield from page["accessControlledDoors"]
            key = page.get("lastEvaluatedKey")
            if not key:
                return

    def generate(self, door, seconds, principal=None):
        """The id of the new code, and its picture as PNG bytes."""
        answer = self.call("/api/accesscontrol/qr/generateQRAccessCode", {
            "accessControlledDoorUuid": door, "validDurationSec": seconds, "auditPrincipal": principal})
        return answer["accessTokenUuid"], base64.b64decode(answer["qrCode"], validate=True)

    def codes(self):
        return self.call("/api/accesscontrol/qr/getQRAccessCodes", {})["qrAccessCodes"]

    def unlock(self, door):
        return self.call("/api/accesscontrol/unlockAccessControlledDoor", {"accessControlledDoorUuid": door})
