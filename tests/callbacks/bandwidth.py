"""The carrier's side of one call: what Bandwidth posts, as its pages document it."""

import json
import uuid

from django.db import connection
from django.urls import reverse

from tests import stage
from tests.providers.samples import ACCOUNT_ID, APPLICATION_ID
from voice2fa.core.states import Happening
from voice2fa.flows.attempts.moves import move
from voice2fa.flows.telephony.lines import open_line
from voice2fa.models import PhoneVerification
from voice2fa.providers.bandwidth import BandwidthProvider
from voice2fa.providers.base import ScriptRefused

STEPPED = frozenset({"gather", "redirect", "parked", "over"})
SYNC = STEPPED | {"answer"}
EVENTS = {
    "answer": {"eventType": "answer"},
    "gather": {"eventType": "gather", "digits": "", "terminatingDigit": ""},
    "redirect": {"eventType": "redirect"},
    "parked": {"eventType": "redirect"},
    "over": {"eventType": "redirect"},
    "disconnect": {"eventType": "disconnect", "cause": "hangup", "endTime": "2026-11-02T09:00:35.900Z"},
    "machine": {
        "eventType": "machineDetectionComplete",
        "machineDetectionResult": {"value": "answering-machine", "duration": "PT4.98S"},
    },
}


class Narrow(BandwidthProvider):
    """Has no room for more than one verb."""

    def render(self, script, *, line):
        if len(script) > 1:
            raise ScriptRefused("too long")
        return super().render(script, line=line)


class Watching(BandwidthProvider):
    """Sees whether a transaction is open while the flow asks it something."""

    seen = []

    def is_ours(self, event):
        self.seen.append(connection.in_atomic_block)
        return super().is_ours(event)


class CarrierSide:
    def __init__(self, verification, client):
        self.verification = verification
        self.client = client
        self.call_id = f"c-0a1b2c3d-{uuid.uuid4()}"
        self.credentials = open_line(verification.pk).credentials.as_header()

    def note_placed(self):
        """Write what the order of the call and the carrier's reply to it write."""
        now = stage.real_now()
        rows = PhoneVerification.objects.filter(pk=self.verification.pk)
        rows.update(claimed_at=now, caller=stage.CALLER)
        move(self.verification, Happening.PLACED, now=now, call_id=self.call_id, placed_at=now)
        self.verification.refresh_from_db()

    def event(self, name, **changes):
        event = {
            **EVENTS[name],
            "eventTime": "2026-11-02T09:00:31.402Z",
            "accountId": ACCOUNT_ID,
            "applicationId": APPLICATION_ID,
            "from": stage.CALLER,
            "to": self.verification.number.as_e164,
            "direction": "outbound",
            "callId": self.call_id,
            "callUrl": f"https://voice.bandwidth.com/api/v2/accounts/{ACCOUNT_ID}/calls/{self.call_id}",
            "enqueuedTime": "2026-11-02T09:00:00.120Z",
            "startTime": "2026-11-02T09:00:00.410Z",
            "answerTime": "2026-11-02T09:00:09.870Z",
            **changes,
        }
        return {key: value for key, value in event.items() if value is not ...}

    def url(self, name, step=None, *, verification_id=None, fallback=False):
        arguments = [verification_id or self.verification.pk]
        if name in STEPPED:
            arguments.append(self.verification.step if step is None else step)
        return reverse(f"voice2fa:call_{name}{'_fallback' if fallback else ''}", args=arguments)

    def post(self, url, body, *, credentials=..., content_type="application/json", **extra):
        if not isinstance(body, bytes):
            body = json.dumps(body).encode()
        header = self.credentials if credentials is ... else credentials
        headers = {} if header is None else {"Authorization": header}
        response = self.client.post(url, body, content_type=content_type, headers=headers, **extra)
        self.verification.refresh_from_db()
        return response

    def send(self, name, *, step=None, credentials=..., **changes):
        return self.post(self.url(name, step), self.event(name, **changes), credentials=credentials)

    def answer(self, **changes):
        return self.send("answer", **changes)

    def gather(self, digits, *, step=None, **changes):
        return self.send("gather", step=step, digits=digits, **changes)
