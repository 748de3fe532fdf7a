"""How many seconds does the carrier bill for a login by phone?

    python benchmarks/call_length.py [--languages en es] > docs/call_length.md

The journeys' site in a process of its own, the emulator with a clock that stands still until it is told
to go on, and speech at 150 words a minute: what is measured is what is said, from answer to hang-up, on
a busy machine as on a quiet one. Once by somebody who acts at once, and once by somebody who listens to
the end of everything first. Needs `pip install -e ".[test,emulator]"`. Prints Markdown; ends with 1 if
an English login by the approve key takes longer than it may.
"""

import argparse
import itertools
import subprocess
import sys
import tempfile
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from xml.etree import ElementTree as ET

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from tests.journeys.carrier import Carrier  # noqa: E402 - found by the line above
from tests.journeys.stage import Site  # noqa: E402
from tests.journeys.visitor import Visitor  # noqa: E402
from voice2fa.emulator import speech  # noqa: E402

LANGUAGES = ("en", "es", "fr", "de", "it", "pt", "nl", "da", "ja", "ru", "ar", "zh-hans")
METHODS = ("approve", "enter", "speak")
WORDS_PER_MINUTE = 150
BUDGETS = {"at once": 4, "to the end": 15}  # seconds of an English login by the approve key
FIREFOX = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:140.0) Gecko/20100101 Firefox/140.0"
LONG_ENOUGH = 60  # seconds for every closing sentence
A_MOMENT = 0.001  # seconds, lest sums of floats end just before the sentence does
PAGE = """\
# How long a call is

```console
python benchmarks/call_length.py > docs/call_length.md
```

Seconds from answer to hang-up of a login that is approved, as the emulator counts them while speech
runs at {words} words a minute, Japanese and Chinese at 2.5 characters a word. The site is *Example
Bank*, the browser *Firefox on Windows*. *At once*: the person presses as soon as the call begins to
speak, and types a code as soon as it has been told once. *To the end*: the person hears all that is
said first. Neither takes time to think, and the wire takes none. Where there is no voice for a
language, calls speak the one in brackets, which `SPOKEN_INSTEAD` names.

{table}

Measured at {commit}.

An English login by the approve key must stay below {at_once} s at once and below {to_the_end} s to the end:
else the script fails, and a test; another test fails once calls say something else than was measured. With
`CALL_CONTROL = "api"` the time is added in which a worker pushes each script onto the call.
"""


@dataclass(frozen=True, kw_only=True)
class Desk:
    """Where logins are measured: a site with one method, and the carrier whose clock stands still."""

    site: Site
    carrier: Carrier
    method: str

    def measure(self, language, *, listens):
        """Log somebody in; return the language that was spoken, and the seconds from answer to hang-up."""
        person = self.site.welcome()
        with Visitor(self.site) as visitor:
            visitor.http.headers.update({"Accept-Language": language, "User-Agent": FIREFOX})
            visitor.log_in(person)
            handset = self.carrier.answer(person.number)
            (row,) = self.site.verifications(person)
            if listens:
                self.listen(handset)
            handset.press(visitor.shown_code if self.method == "enter" else row["approve_key"])
            if self.method == "speak":
                self.type_code(visitor, handset, listens=listens)
            self.carrier.advance(LONG_ENOUGH)
            assert handset.is_over, handset.transcript
            visitor.complete()
            assert visitor.is_in, visitor.page
        answered, ended = (datetime.fromisoformat(handset.call[name]) for name in ("answerTime", "endTime"))
        return row["language"], (ended - answered).total_seconds()

    def listen(self, handset, *, to=None):
        """Let time pass until what the call was told last has been said, or so many parts of it."""
        replies = [exchange["response"] for exchange in handset.call["exchanges"]]
        told = [reply for reply in replies if "<Response" in reply][-1]
        self.carrier.advance(count_seconds(told, to=to) + A_MOMENT)

    def type_code(self, visitor, handset, *, listens):
        """Type the code on the page once it has been told, or once there is nothing more to hear."""
        if listens:
            self.listen(handset)
            self.listen(handset)  # the offer to hear it again
        else:
            self.listen(handset, to=2)
        visitor.submit("/phone/code/", code=handset.spoken_code)
        # A thread of the site tells the call that it is over.
        self.carrier.wait(handset.number, callId=handset.call_id, exchange="updateCallBxml")


def count_seconds(document, *, to=None):
    """Return how long it takes to say what a BXML document says, or so many sentences of it."""
    sentences = list(ET.fromstring(document).iter("SpeakSentence"))
    return sum(speech.read(sentence).seconds(WORDS_PER_MINUTE) for sentence in sentences[:to])


def measure_all(languages):
    """Return the seconds by language, method and patience, and which language was spoken."""
    figures, spoken = {}, {}
    with closing(Carrier(speech_wpm=WORDS_PER_MINUTE)) as carrier:
        for method in METHODS:
            options = {"LOGIN_METHOD": method, "SPOKEN_INSTEAD": {"pt": "es"}}
            with (
                tempfile.TemporaryDirectory() as folder,
                closing(Site(Path(folder), carrier.url, **options)) as site,
            ):
                desk = Desk(site=site, carrier=carrier, method=method)
                for language, patience in itertools.product(languages, BUDGETS):
                    spoken[language], seconds = desk.measure(language, listens=patience == "to the end")
                    figures[language, method, patience] = seconds
    return figures, spoken


def write_table(figures, spoken):
    columns = [(method, patience) for method in METHODS for patience in BUDGETS]
    lines = [
        "| language | " + " | ".join(f"`{method}`, {patience}" for method, patience in columns) + " |",
        "|---|" + "--:|" * len(columns),
    ]
    for language, actual in spoken.items():
        name = (
            language if actual.partition("-")[0] == language.partition("-")[0] else f"{language} ({actual})"
        )
        seconds = " | ".join(f"{figures[language, *column]:.1f}" for column in columns)
        lines.append(f"| {name} | {seconds} |")
    return "\n".join(lines)


def name_commit():
    """Return the commit that is checked out, and whether the files are another.

    Its subject and day beside the hash: where history is written anew, these still find it.
    """
    commit, changes = (
        subprocess.run(["git", *command], cwd=ROOT, capture_output=True, text=True, check=True).stdout.strip()
        for command in (
            ["log", "-1", '--format=commit %h, "%s", of %cs'],
            ["status", "--porcelain", "voice2fa"],
        )
    )
    return f"{commit}, with changes" if changes else commit


def main():
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--languages", nargs="+", default=LANGUAGES, choices=LANGUAGES, metavar="CODE")
    figures, spoken = measure_all(parser.parse_args().languages)
    at_once, to_the_end = BUDGETS.values()
    page = PAGE.format(
        words=WORDS_PER_MINUTE,
        table=write_table(figures, spoken),
        commit=name_commit(),
        at_once=at_once,
        to_the_end=to_the_end,
    )
    print(page, end="")
    late = [
        patience for patience, most in BUDGETS.items() if figures.get(("en", "approve", patience), 0) >= most
    ]
    return f"An English login takes too long {', '.join(late)}." if late else 0


if __name__ == "__main__":
    sys.exit(main())
