"""People with their phones, whichever way the site steers its calls: what they do, and what they hear."""

import json
import re
import time
from xml.etree import ElementTree as ET

from voice2fa.emulator.verbs import VOICES

from .acts import PAYLOAD
from .carrier import PATIENCE
from .stage import newcomer

KEY = "7"
# With these, two walks hear the same to the letter, but for the code.
ALIKE = {"APPROVE_KEY": KEY}
SWITCHBOARD, EXTENSION = "+19075550136", "204"  # it listens for tones at once
PARKED = 4  # seconds for which a call waits for a worker


class Walk:
    """One person, from the page to the end of the call; ``lag`` is how late callbacks are, in seconds.

    ``is_left_alone`` says that no worker ever comes to steer the call. They want pages in the ``language``.
    ``before_each`` is done before each thing that they do in the call.
    """

    def __init__(
        self,
        carrier,
        site,
        visitor,
        *,
        method,
        person=None,
        lag=0,
        is_left_alone=False,
        language="",
        **settings,
    ):
        self.carrier, self.site, self.visitor, self.method = carrier, site, visitor, method
        self.person = person
        self.settings = {**ALIKE, **settings, "LOGIN_METHOD": method}
        if method != "approve":
            self.settings["ENROL_METHOD"] = method
        self.lag, self.is_left_alone = lag, is_left_alone
        self.number, self.handset, self.code, self.ahead = "", None, "", 0
        self.before_each, self.is_at_desk = lambda: None, False
        visitor.http.headers.update({"Accept-Language": language} if language else {})

    # What is asked for

    def open(self, purpose):
        """Have the phone rung for the purpose; for all but the first two the person has logged in before."""
        self.site.configure(**self.settings)
        {
            "login": self._open_login,
            "register": self._open_registration,
            "enrol": self._open_enrolment,
            "confirm": self._open_confirmation,
            "act": self._open_act,
            "desk": self._open_login_at_a_desk,
        }[purpose]()
        self.handset = self.carrier.ring(self.number)
        self.code = self.visitor.open("/phone/wait/").shown_code if self.method == "enter" else ""
        return self

    def _open_login(self):
        self.person = self.person or self.site.welcome()
        self.number = self.person.number
        self.visitor.log_in(self.person)

    def _open_registration(self):
        person = newcomer()
        self.number = person.number
        self.visitor.register(person)

    def _open_enrolment(self):
        self._be_in()
        self.number = newcomer().number
        self.visitor.submit("/phone/phones/add/", name="Work", number=self.number, consents="on")

    def _open_confirmation(self):
        self._be_in()
        self.visitor.submit("/phone/confirm/", next="/members/")

    def _open_act(self):
        self._be_in()
        self.visitor.submit("/pay/")
        assert PAYLOAD["payee"] in self.visitor.page

    def _open_login_at_a_desk(self):
        """Log in with a phone behind a switchboard, which was proved a moment ago."""
        self.is_at_desk = True
        self.settings["ACCOUNTS_PER_NUMBER"] = 1000  # there are but few switchboards
        self.site.configure(**{**self.settings, "ENROL_METHOD": "enter"})
        self.person, self.number = newcomer(SWITCHBOARD), SWITCHBOARD
        self.visitor.register(self.person, extension=EXTENSION)
        self.handset = self.carrier.ring(self.number)
        self.answer().press(self.visitor.open("/phone/wait/").shown_code)
        assert self.visitor.complete().is_in
        self.site.configure(**self.settings)
        self.visitor.log_in(self.person)

    def _be_in(self):
        self.site.configure(**ALIKE)
        self._open_login()
        self.handset = self.carrier.ring(self.number)
        self.answer().press(KEY)
        assert self.visitor.complete().is_in
        self.site.configure(**self.settings)

    # What people do

    @property
    def right(self):
        """The keys that are asked for."""
        return self.code or KEY

    @property
    def wrong(self):
        """Keys that are not."""
        return str((int(self.code) + 1) % 10**6).zfill(6) if self.code else "1"

    @property
    def report_key(self):
        """What reports the call; among the digits of a code it needs an end."""
        return "0#" if self.code else "0"

    def answer(self, **how):
        return self._be_put_through() if self.is_at_desk else self._act("answer", **how)

    def _be_put_through(self):
        """Wait until the switchboard has answered, and the extension has picked up."""
        self.before_each()
        while self.handset.call["state"] != "answered":
            self.carrier.advance(1)
        if self.site.is_steering_by_worker:
            self._wait_until(lambda call: "updateCallBxml" in self.exchanges())
        self.carrier.advance(16)
        return self.settle()

    def press(self, keys):
        return self._act("press", digits=keys)

    def hang_up(self):
        return self._act("hangup")

    def keep_silent(self):
        """Press nothing more until the call goes on."""
        heard = self.exchanges("callback").count("gather")
        while self.exchanges("callback").count("gather") == heard:
            self.carrier.advance(1)
        return self.settle()

    def type_code(self, code):
        self.visitor.submit("/phone/code/", code=code)
        return self

    def _act(self, action, **how):
        self.before_each()
        self.carrier.act(self.handset.call_id, action, **how)
        return self.settle()

    def settle(self):
        """Return when the call is over or listens: whoever steers it has come to it, or never will."""
        self.carrier.advance(self.lag)
        return self._wait_until(lambda call: call["listening"] or call["state"] == "disconnected")

    def wait_for_the_end(self):
        """Return when the call is over, and its end reported."""
        self._wait_until(lambda call: call["state"] == "disconnected")
        self.carrier.advance()
        return self

    def _wait_until(self, is_so):
        began = second = time.monotonic()
        while not is_so(call := self.handset.call):
            assert time.monotonic() < began + PATIENCE, call
            if self.is_left_alone:
                self.let_pass(PARKED)
            elif time.monotonic() > second + 1:
                # The site's clock goes on by itself: the carrier's must not lag behind.
                self.carrier.advance(1)
                second = time.monotonic()
            time.sleep(0.03)
        return self

    def let_pass(self, seconds):
        """Let time pass at the site and at the carrier."""
        self.ahead += seconds
        self.site.set_ahead(self.ahead)
        self.carrier.advance(seconds)

    # What comes of it

    @property
    def notes(self):
        """What people compare who took different ways: what they heard and pressed, and what came of it."""
        return self.heard, self.manners, self.pressed, self.outcome

    @property
    def heard(self):
        """What the call has said, line by line; the code is left out, for it is another in each call."""
        return [_hide_code(line) for line in self.handset.call["transcript"]]

    @property
    def manners(self):
        """In which language, and how slowly, each line was said."""
        spoken = {(_hide_code(text), *manner) for text, *manner in self._spoken()}
        return sorted(manner for manner in spoken if manner[0] in self.heard)

    @property
    def pressed(self):
        """What was pressed at each question, if anything was; the code is left out here, too."""
        keys = [
            self._name(gathered["digits"]) + gathered["terminatingDigit"] for gathered in self._gathered()
        ]
        return [pressed for pressed in keys if pressed]

    def _gathered(self):
        # To be asked for credentials first, or to be delivered twice, makes no second question of it.
        return [
            json.loads(exchange["request"])
            for exchange in self.handset.call["exchanges"]
            if exchange["name"] == "gather" and exchange["request"] and "duplicate" not in exchange["note"]
        ]

    def _name(self, digits):
        if len(digits) > 1 and self.code.startswith(digits):
            return f"({len(digits)} digits of the code)"
        return "(another code)" if len(digits) == len(self.code) > 0 else digits

    @property
    def voices(self):
        """The languages of the voices with which the call speaks, and whether each speaks slowly."""
        return {(language, is_slow) for _, language, is_slow in self._spoken()}

    def _spoken(self):
        for document in self._documents():
            for sentence in document.iter("SpeakSentence"):
                text = " ".join("".join(sentence.itertext()).split())
                language = VOICES[sentence.get("voice")].locale[:2]
                yield text, language, sentence.find("prosody") is not None

    def _documents(self):
        for exchange in self.handset.call["exchanges"]:
            text = exchange["request" if exchange["name"] == "updateCallBxml" else "response"]
            if text.startswith("<?xml"):
                yield ET.fromstring(text)

    @property
    def outcome(self):
        """What is stored of it, and what the page says in the end."""
        (row,) = [
            row for row in self.site.rows("phoneverification") if row["call_id"] == self.handset.call_id
        ]
        heading = self.visitor.open("/phone/wait/").heading
        return {**{name: row[name] for name in ("state", "cause", "tries", "step")}, "heading": heading}

    def exchanges(self, direction=""):
        """Return the names of what was exchanged with the carrier about the call, in order."""
        return [
            exchange["name"]
            for exchange in self.handset.call["exchanges"]
            if direction in ("", exchange["direction"])
        ]

    def addresses(self):
        """Return the paths to which the carrier reported, in one text."""
        return " ".join(exchange["url"] for exchange in self.handset.call["exchanges"])


def _hide_code(line):
    return re.sub(r"\d{6}|\d( \d){5}", "(the code)", line)
