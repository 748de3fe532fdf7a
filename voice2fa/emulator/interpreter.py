"""Runs BXML: verb by verb, document by document, until the call has nothing more to do."""

import asyncio
from collections.abc import Callable
from itertools import zip_longest

from voice2fa.emulator import bxml, events, verbs
from voice2fa.emulator.attributes import BxmlError
from voice2fa.emulator.bxml import Document, Verb
from voice2fa.emulator.calls import Call
from voice2fa.emulator.desk import Desk
from voice2fa.emulator.gather import Gathering
from voice2fa.emulator.jumps import Jump, make_jump, make_target, resolve, retag
from voice2fa.emulator.webhooks import Courier, Reply

XML_TYPES = ("application/xml", "text/xml")
TONE_PAUSES = {",": 0.5, "w": 0.5, "W": 1.0}


class CallEnded(Exception):
    """The program is over: the cause that goes into the disconnect event."""

    def __init__(self, cause: str, message: str = "") -> None:
        super().__init__(message)
        self.cause = cause
        self.message = message


class Interpreter:
    """Acts out documents on one call; interrupting is cancelling the task that runs it."""

    def __init__(
        self,
        desk: Desk,
        courier: Courier,
        *,
        picked_up: Callable[[Call], None],
        prompted: Callable[[Call], None],
    ) -> None:
        self._desk, self._courier = desk, courier
        self._picked_up, self._prompted = picked_up, prompted
        self._verbs = {
            "SpeakSentence": self._speak_sentence,
            "PlayAudio": self._play_audio,
            "Pause": self._pause,
            "Ring": self._pause,
            "SendDtmf": self._send_dtmf,
            "Tag": self._set_tag,
            "StartGather": self._start_gather,
            "StopGather": self._stop_gather,
            "Hangup": self._hang_up,
            "Redirect": self._redirect,
            "Gather": self._gather,
        }

    async def run_from(self, call: Call, jump: Jump) -> None:
        """Fetch a document and go on from there; ends by raising CallEnded."""
        await self.run(call, await self._fetch(call, jump))

    async def run(self, call: Call, document: Document) -> None:
        """Run a document and all that it leads to; ends by raising CallEnded."""
        while True:
            jump = await self._play(call, document)
            if jump is None:
                raise CallEnded("hangup")
            document = await self._fetch(call, jump)

    async def _play(self, call: Call, document: Document) -> Jump | None:
        self._count(call)
        call.prompt.clear()
        for sentence in document.warnings:
            call.warn(sentence)
        for verb in document.verbs:
            if call.is_unanswered_inbound and verb.is_answering:
                self._picked_up(call)
            jump = await self._verbs[verb.name](call, verb)
            if jump is not None:
                return jump
        return None

    def _count(self, call: Call) -> None:
        options, now = self._desk.options, self._desk.clock.now()
        call.documents += 1
        if now - call.burst_began >= 1:
            call.burst_began, call.burst = now, 0
        call.burst += 1
        if call.documents > options.max_documents or call.burst > options.max_documents_per_second:
            raise CallEnded("application-error", "Too many BXML documents: is there a redirect loop?")

    async def _fetch(self, call: Call, jump: Jump) -> Document:
        event = events.build(call, jump.event_type, self._desk.clock.now(), **jump.fields)
        # Hanging up and updates interrupt the wait, not the request: the site gets to finish its answer.
        delivery = self._desk.spawn(self._courier.ask(call, event, jump.target, jump.fallback))
        reply: Reply = await asyncio.shield(delivery)
        return self._read_reply(call, jump.event_type, reply)

    def _read_reply(self, call: Call, event_type: str, reply: Reply) -> Document:
        options = self._desk.options
        if not reply.is_success:
            why = reply.reason or f"HTTP status {reply.status}"
            raise CallEnded("callback-error", f"Could not deliver the {event_type} callback: {why}")
        call.document_url = reply.url
        if not reply.body.strip() and options.empty_reply == "hangup":
            raise CallEnded("hangup")
        if reply.content_type not in XML_TYPES and reply.body.strip():
            sentence = (
                f"The answer to {event_type} is {reply.content_type or 'of no type'}, not application/xml."
            )
            if options.wrong_content_type != "warn":
                raise CallEnded("invalid-bxml", sentence)
            call.warn(sentence)
        try:
            return bxml.parse(reply.body, options, root="Response")
        except BxmlError as error:
            raise CallEnded("invalid-bxml", f"Invalid BXML: {error}") from None

    async def _speak_sentence(self, call: Call, verb: Verb) -> None:
        await self._desk.clock.sleep(self._utter(call, verb))
        self._hush(call)

    async def _play_audio(self, call: Call, verb: Verb) -> None:
        await self._desk.clock.sleep(self._utter(call, verb))
        self._hush(call)

    async def _pause(self, call: Call, verb: Verb) -> None:
        await self._desk.clock.sleep(verb.settings["duration"])

    async def _send_dtmf(self, call: Call, verb: Verb) -> None:
        call.say(f"[tones {verb.text}]")
        self._desk.changed(call)
        settings, clock = verb.settings, self._desk.clock
        for key, following in zip_longest(verb.text, verb.text[1:]):
            await clock.sleep(TONE_PAUSES.get(key, settings["toneDuration"] / 1000))
            if key in TONE_PAUSES:
                continue
            if call.reception is not None:
                call.reception.take(key.upper())
            # Between two tones there is silence; a pause character stands in its place.
            if following is not None and following not in TONE_PAUSES:
                await clock.sleep(settings["toneInterval"] / 1000)

    async def _set_tag(self, call: Call, verb: Verb) -> None:
        call.tag = verb.text

    async def _start_gather(self, call: Call, verb: Verb) -> None:
        retag(call, verb)
        call.dtmf_target = make_target(call, verb, "dtmf")

    async def _stop_gather(self, call: Call, verb: Verb) -> None:
        call.dtmf_target = None

    async def _hang_up(self, call: Call, verb: Verb) -> None:
        raise CallEnded("hangup")

    async def _redirect(self, call: Call, verb: Verb) -> Jump | None:
        retag(call, verb)
        return make_jump(call, verb, "redirect", {})

    async def _gather(self, call: Call, verb: Verb) -> Jump | None:
        retag(call, verb)
        gathering = call.gathering = Gathering(verb, self._desk.clock)
        for key in call.held_back:
            gathering.press(key)
        call.held_back = ""
        self._desk.changed(call)
        try:
            await gathering.run(
                lambda prompt: self._utter(call, prompt),
                lambda: self._hush(call),
                lambda: self._prompted(call),
            )
        finally:
            gathering.is_done, call.gathering = True, None
            self._desk.changed(call)
        if verb.settings["gatherUrl"] is None:
            return None
        keys = {"digits": gathering.digits, "terminatingDigit": gathering.terminating_digit}
        return make_jump(call, verb, "gather", keys)

    def _utter(self, call: Call, verb: Verb) -> float:
        """Begin to say or play something; return how long it takes."""
        options = self._desk.options
        if verb.speech is None:
            text, seconds = f"[audio {resolve(call, verb.text)}]", options.audio_seconds
            self._check_audio(verb.text)
        else:
            text, seconds = verb.text, verb.speech.seconds(options.speech_wpm)
        call.say(text)
        if call.is_heard:
            self._sound(call, verb, text, seconds)
        self._desk.changed(call)
        return seconds

    def _sound(self, call: Call, verb: Verb, text: str, seconds: float) -> None:
        voice = verbs.VOICES.get(verb.settings.get("voice", ""))
        locale = voice.locale if voice else verb.settings.get("locale")
        self._desk.stream.publish(
            "speech",
            lambda: {
                "callId": call.call_id,
                "text": text,
                "seconds": round(seconds, 2),
                "locale": locale,
                "voice": verb.settings.get("voice"),
            },
        )

    def _hush(self, call: Call) -> None:
        self._desk.stream.publish("silence", lambda: {"callId": call.call_id})

    def _check_audio(self, address: str) -> None:
        kind = verbs.extension(address)
        if kind in verbs.REFUSED_EXTENSIONS:
            raise CallEnded("application-error", f"Audio of type .{kind} cannot be played.")
