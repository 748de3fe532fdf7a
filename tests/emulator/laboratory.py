"""One emulator with a frozen clock, a site beside it, and short words for what tests do with them."""

import requests

from voice2fa.emulator import Emulator, Options

from .site import PARK, Site

ACCOUNT = "9900000"
APPLICATION = "00000000-0000-4000-8000-000000000001"
FROM = "+12025550100"
TO = "+14155550123"
BASIC = ("emulator", "emulator-secret")


class Laboratory:
    def __init__(self, **options):
        settings = {"speed": 0, "state_lag": 0, "speech_wpm": 0, "numbers": (FROM,), **options}
        self.site = Site()
        self.emulator = Emulator(Options(**settings)).start()
        self.patience = 20
        self.http = requests.Session()
        self.http.trust_env = False

    def close(self):
        self.http.close()
        self.emulator.stop()
        self.site.close()

    # The carrier's API

    def api(self, method, path, **more):
        url = f"{self.emulator.base_url}/accounts/{ACCOUNT}{path}"
        return self.http.request(method, url, auth=more.pop("auth", BASIC), timeout=self.patience, **more)

    def order(self, **fields):
        order = {
            "to": TO,
            "from": FROM,
            "applicationId": APPLICATION,
            "answerUrl": f"{self.site.url}/answer",
            "disconnectUrl": f"{self.site.url}/disconnect",
        }
        return {name: value for name, value in {**order, **fields}.items() if value is not ...}

    def create(self, **fields):
        return self.api("POST", "/calls", json=self.order(**fields))

    def place(self, **fields):
        """Create a call and return its id once it rings, or is over already."""
        response = self.create(**fields)
        assert response.status_code == 201, response.text
        self.advance(0)
        return response.json()["callId"]

    def connect(self, document=PARK, **fields):
        """Place a call, pick it up, and let the site answer with a document."""
        self.site.script("/answer", document)
        call_id = self.place(**fields)
        self.act(call_id, "answer")
        self.advance(0)
        return call_id

    def listen(self, document=PARK, **options):
        """Let the application hear of calls to us, and reply with a document."""
        self.site.script("/initiate", document)
        addresses = {"call_initiated_url": "/initiate", "call_status_url": "/status"}
        self.set(**{name: f"{self.site.url}{path}" for name, path in addresses.items()}, **options)

    def dial(self, **fields):
        """Call a number of ours from somebody's phone; return the call's id."""
        response = self.control("POST", "/calls", json={"from": TO, "to": FROM, **fields})
        assert response.status_code == 201, response.text
        self.advance(0)
        return response.json()["callId"]

    def update(self, call_id, **fields):
        return self.api("POST", f"/calls/{call_id}", json=fields)

    def replace(self, call_id, document, content_type="application/xml"):
        headers = {"Content-Type": content_type}
        return self.api("PUT", f"/calls/{call_id}/bxml", data=document.encode(), headers=headers)

    # The control plane

    def control(self, method, path, **more):
        return self.http.request(method, f"{self.emulator.url}/_control{path}", timeout=20, **more)

    def act(self, call_id, action, **body):
        response = self.control("POST", f"/calls/{call_id}/{action}", json=body)
        assert response.status_code == 200, response.text
        return response.json()

    def press(self, call_id, digits):
        self.act(call_id, "press", digits=digits)
        self.advance(0)

    def advance(self, seconds):
        assert self.control("POST", "/advance", json={"seconds": seconds}).status_code == 200

    def call(self, call_id):
        return self.control("GET", f"/calls/{call_id}").json()

    def fault(self, **fault):
        response = self.control("POST", "/faults", json=fault)
        assert response.status_code == 200, response.text

    def set(self, **options):
        response = self.control("POST", "/options", json=options)
        assert response.status_code == 200, response.text

    def wait(self, **conditions):
        return self.control("GET", "/wait", params=conditions)

    # What came of it

    def cause(self, call_id):
        return self.call(call_id)["disconnectCause"]

    def gathered(self):
        """Return digits and terminating digit of every gather event."""
        return [(event["digits"], event["terminatingDigit"]) for event in self.site.events("gather")]
