"""How many people can log in by phone at once, what does a login cost, and who waits for what?

    python benchmarks/journey.py [--people 1 8 32 128] [--databases sqlite postgresql] [--seconds 6]

Three parties in processes of their own: the example site under gunicorn; the emulator, which answers every
API request in 300 ms; and this driver, which plays browsers and callees. A person loads the login page, sends
the password, follows the status as the waiting page does, answers the phone, presses the key that the call
names, and completes; then starts over. Once with Django's default password hashing, and once without, for
that is most of the site's work. Needs `pip install -e ".[bench]"`. Prints Markdown; ends with 1 if the login
waits for the carrier.
"""

import argparse
import asyncio
import json
import os
import platform
import re
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path
from socket import socket
from urllib.parse import quote

import aiohttp

ROOT = Path(__file__).resolve().parent.parent
PASSWORD = "correct horse battery staple"
CARRIER_SECONDS = 0.3
# "Well under" what the carrier takes: a login that waited for it could not be faster.
LOGIN_MILLISECONDS = 150
POLL = int(re.search(r"POLL = (\d+)", (ROOT / "voice2fa/static/voice2fa/wait.js").read_text())[1]) / 1000
CALLBACKS = ("answer", "gather", "disconnect")
LIMITS = json.dumps({scope: [[1_000_000, 3600]] for scope in ("user", "number", "address")})
HASHERS = {"Django's default hashing": "", "no hashing": 'PASSWORD_HASHERS = ["bench_settings.Plain"]'}
SETTINGS = """
from django.contrib.auth.hashers import BasePasswordHasher

from example_project.settings import *


class Plain(BasePasswordHasher):
    algorithm = "plain"

    def encode(self, password, salt):
        return f"plain${password}"

    def decode(self, encoded):
        return {"algorithm": "plain", "hash": encoded.partition("$")[2], "salt": ""}

    def verify(self, password, encoded):
        return encoded == self.encode(password, "")


%s
"""
PREPARE = """
import sys
from django.contrib.auth import get_user_model
from django.contrib.auth.hashers import make_password
from django.utils import timezone
from voice2fa.models import VoiceDevice

hashed = make_password(PASSWORD)
users = get_user_model().objects.bulk_create(
    get_user_model()(username=f"person{n}", password=hashed) for n in range(PEOPLE)
)
VoiceDevice.objects.bulk_create(
    VoiceDevice(
        user=user, name="Mobile", number=f"+1202555{1000 + n}", confirmed=True, created_at=timezone.now()
    )
    for n, user in enumerate(users)
)
"""


@dataclass
class Figures:
    """What one level of load has shown; all times in milliseconds."""

    logins: int = 0
    failures: list = field(default_factory=list)
    seconds: float = 0.0
    cpu: float = 0.0
    posts: list = field(default_factory=list)
    told: list = field(default_factory=list)
    calls: list = field(default_factory=list)
    callbacks: dict = field(default_factory=lambda: {name: [] for name in CALLBACKS})


def free_port():
    with socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def cpu_seconds(pid):
    """Return the CPU seconds that the process and its living children have used so far."""
    ticks = 0
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    for process in (pid, *children):
        fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
        ticks += int(fields[11]) + int(fields[12])
    return ticks / os.sysconf("SC_CLK_TCK")


def spread(values):
    """Return median and 95th percentile, as text."""
    if not values:
        return "-"
    ordered = sorted(values)
    return (
        f"{statistics.median(ordered):.0f} / {ordered[min(len(ordered) - 1, int(len(ordered) * 0.95))]:.0f}"
    )


class Person:
    """A browser and a telephone."""

    def __init__(self, number, site, emulator, phones, figures):
        self.name, self.to = f"person{number}", f"+1202555{1000 + number}"
        self.site, self.emulator, self.phones, self.figures = site, emulator, phones, figures

    async def log_in(self):
        """Log in once, and note how long it took."""
        # The phone lies ready before the button is pressed, as phones do.
        callee = asyncio.create_task(self.press())
        # gunicorn drops idle connections after two seconds; a browser would send the request again.
        connector, cookies = aiohttp.TCPConnector(keepalive_timeout=1), aiohttp.CookieJar(unsafe=True)
        try:
            async with aiohttp.ClientSession(connector=connector, cookie_jar=cookies) as browser:
                token = await self.send_password(browser)
                await self.follow(browser)
                told = time.perf_counter()
                self.figures.told.append((told - await callee) * 1000)
                await self.complete(browser, token)
        finally:
            callee.cancel()
        self.figures.logins += 1

    async def send_password(self, browser):
        """Load the login page and send its form; return the token of the waiting page."""
        async with browser.get(f"{self.site}/phone/login/") as page:
            form = {"csrfmiddlewaretoken": find_token(await page.text())}
        form |= {"username": self.name, "password": PASSWORD}
        began = time.perf_counter()
        async with browser.post(f"{self.site}/phone/login/", data=form, allow_redirects=False) as reply:
            text = await reply.text()
        self.figures.posts.append((time.perf_counter() - began) * 1000)
        require(reply.status == 302, f"login answered {reply.status}: {find_error(text)}")
        async with browser.get(f"{self.site}/phone/wait/") as page:
            return find_token(await page.text())

    async def complete(self, browser, token):
        """Send the waiting page's form."""
        url, form = f"{self.site}/phone/complete/", {"csrfmiddlewaretoken": token}
        async with browser.post(url, data=form, allow_redirects=False) as reply:
            require(reply.headers.get("Location") == "/account/", f"complete led to {reply.headers}")

    async def follow(self, browser):
        """Ask for the status as often as the waiting page does, until it says approved."""
        headers, deadline = {}, time.perf_counter() + 60
        while time.perf_counter() < deadline:
            await asyncio.sleep(POLL)
            async with browser.get(f"{self.site}/phone/status/", headers=headers) as reply:
                if reply.status == 304:
                    continue
                news = await reply.json()
            require(reply.status == 200, f"status answered {reply.status}")
            headers = {"If-None-Match": reply.headers["ETag"]}
            if news["is_approved"]:
                return
            require(news["is_live"], f"the call ended: {news['state']}, {news['sentence']}")
        raise AssertionError("not approved within a minute")

    async def press(self):
        """Answer the phone when it rings, press the key that the call names, and return when that was."""
        seen = ",".join(call_id for call_id, to in self.figures.calls if to == self.to)
        call = await self.control("GET", f"wait?to={quote(self.to)}&state=ringing&timeout=120&seen={seen}")
        call_id = call["callId"]
        self.figures.calls.append((call_id, self.to))
        await self.control("POST", f"calls/{call_id}/answer")
        call = await self.control("GET", f"wait?callId={call_id}&state=listening&timeout=60")
        key = re.search(r"press (\d)", " ".join(call["transcript"]))[1]
        pressed = time.perf_counter()
        await self.control("POST", f"calls/{call_id}/press", {"digits": key})
        return pressed

    async def control(self, method, path, body=None):
        async with self.phones.request(method, f"{self.emulator}/_control/{path}", json=body) as reply:
            answer = await reply.json()
        require(reply.status == 200, f"the emulator answered {reply.status}: {answer}")
        return answer


def require(condition, sentence):
    if not condition:
        raise AssertionError(sentence)


def find_token(page):
    found = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', page)
    require(found, f"a page without a form: {find_error(page)}")
    return found[1]


def find_error(page):
    found = re.search(r"voice2fa-error[^>]*>(.*?)</", page, re.DOTALL)
    return " ".join(re.sub(r"<[^>]+>", " ", found[1]).split()) if found else page[:200]


async def run_level(people, seconds, site, emulator, site_pid):
    """Let that many people log in again and again, each at least once; return the figures."""
    figures = Figures()
    connector = aiohttp.TCPConnector(limit=0)
    async with aiohttp.ClientSession(connector=connector) as phones:
        began, cpu = time.perf_counter(), cpu_seconds(site_pid)

        async def live(number):
            person = Person(number, site, emulator, phones, figures)
            # People do not press Enter in the same millisecond.
            await asyncio.sleep(number / people)
            while True:
                try:
                    await person.log_in()
                except (AssertionError, aiohttp.ClientError, TimeoutError) as error:
                    figures.failures.append(str(error) or type(error).__name__)
                if time.perf_counter() - began > seconds:
                    return

        await asyncio.gather(*(live(number) for number in range(people)))
        figures.seconds = time.perf_counter() - began
        figures.cpu = (cpu_seconds(site_pid) - cpu) * 1000
        await asyncio.sleep(1)  # for the last disconnects
        for call_id, _ in figures.calls:
            async with phones.get(f"{emulator}/_control/calls/{call_id}") as reply:
                collect(figures, (await reply.json())["exchanges"])
    return figures


def collect(figures, exchanges):
    """Add up each callback: the request that is challenged, and the one with credentials."""
    took = {}
    for exchange in exchanges:
        if exchange["name"] in CALLBACKS and exchange["status"] is not None:
            took[exchange["name"]] = took.get(exchange["name"], 0) + exchange["milliseconds"]
    for name, milliseconds in took.items():
        figures.callbacks[name].append(milliseconds)


class Bench:
    """The site and the emulator, started and stopped for each database and kind of hashing."""

    def __init__(self, folder, arguments):
        self.folder, self.arguments = folder, arguments
        self.environment = {
            name: value for name, value in os.environ.items() if not name.startswith(("VOICE2FA_", "DJANGO_"))
        }

    def manage(self, *arguments):
        subprocess.run(
            [sys.executable, "-m", "django", *arguments],
            env=self.environment,
            cwd=ROOT,
            check=True,
            capture_output=True,
        )

    def configure(self, database, hashing, emulator):
        """Prepare settings, database and people; return the site's port."""
        (self.folder / "bench_settings.py").write_text(SETTINGS % HASHERS[hashing])
        port = free_port()
        self.environment |= {
            "DJANGO_SETTINGS_MODULE": "bench_settings",
            "PYTHONPATH": os.pathsep.join([str(self.folder), str(ROOT)]),
            "DATABASE_URL": database,
            "DEBUG": "0",
            "SECRET_KEY": "for-benchmarks-only-" + "x" * 40,
            "ALLOWED_HOSTS": "127.0.0.1",
            "SECURE_SSL_REDIRECT": "0",
            "SESSION_COOKIE_SECURE": "0",
            "CSRF_COOKIE_SECURE": "0",
            "LOG_LEVEL": "ERROR",
            "VOICE2FA_PUBLIC_URL": f"http://127.0.0.1:{port}",
            "VOICE2FA_ACCOUNT_ID": "9900000",
            "VOICE2FA_APPLICATION_ID": "00000000-0000-4000-8000-000000000001",
            "VOICE2FA_FROM_NUMBER": "+12025550100",
            "VOICE2FA_CLIENT_ID": "emulator",
            "VOICE2FA_CLIENT_SECRET": "emulator-secret",
            "VOICE2FA_CALLBACK_SECRETS": "for-calls-on-this-machine-only-and-nowhere-else",
            "VOICE2FA_BASE_URL": f"{emulator}/api/v2",
            "VOICE2FA_TOKEN_URL": f"{emulator}/api/v1/oauth2/token",
            # Everybody calls from one address here, and the limits are not what is measured.
            "VOICE2FA_CALL_LIMITS": LIMITS,
            "VOICE2FA_MAX_CALLS": "1000",
            "VOICE2FA_COOL_DOWN": "0",
        }
        self.manage("migrate", "--verbosity", "0")
        names = f"PASSWORD = {PASSWORD!r}\nPEOPLE = {max(self.arguments.people)}\n"
        self.manage("shell", "-c", names + PREPARE)
        return port

    def start_emulator(self):
        process = subprocess.Popen(
            [sys.executable, "-m", "voice2fa.emulator", "--port", "0", "--speech-wpm", "0",
             "--cps", "100000", "--concurrent-calls", "100000",
             "--keep-calls", "100000", "--keep-details", "100000"],
            stdout=subprocess.PIPE, text=True, cwd=ROOT, env=self.environment,
        )  # fmt: skip
        address = re.search(r"http://[\d.]+:\d+", process.stdout.readline())[0]
        return process, address

    def start_site(self, port):
        return subprocess.Popen(
            [sys.executable, "-m", "gunicorn", "example_project.wsgi", "--bind", f"127.0.0.1:{port}",
             "--workers", str(self.arguments.workers), "--threads", str(self.arguments.threads),
             "--backlog", "2048", "--log-level", "warning", "--no-control-socket"],
            cwd=ROOT, env=self.environment,
        )  # fmt: skip


async def prepare(site, emulator):
    """Wait for the site, and have the carrier take its time."""
    async with aiohttp.ClientSession() as session:
        fault = {"kind": "slow", "seconds": CARRIER_SECONDS}
        async with session.post(f"{emulator}/_control/faults", json=fault) as reply:
            require(reply.status == 200, await reply.text())
        for _ in range(100):
            try:
                async with session.get(f"{site}/phone/login/") as reply:
                    require(reply.status == 200, f"the login page answered {reply.status}")
                    return
            except aiohttp.ClientConnectionError:
                await asyncio.sleep(0.1)
        raise AssertionError("the site does not start")


async def measure(bench, port, emulator, site_process):
    site = f"http://127.0.0.1:{port}"
    await prepare(site, emulator)
    await run_level(2, 1, site, emulator, site_process.pid)  # warm: imports, connections, the token
    levels = {}
    for people in bench.arguments.people:
        levels[people] = await run_level(people, bench.arguments.seconds, site, emulator, site_process.pid)
    return levels


def show(title, levels):
    """Print the table of one database and kind of hashing."""
    head = ["people", "logins / s", "CPU ms / login", "login POST", *CALLBACKS, "key press → told", "failed"]
    print(f"\n### {title}\n\n| {' | '.join(head)} |\n|{'--:|' * len(head)}")
    for people, figures in levels.items():
        cells = [
            people,
            f"{figures.logins / figures.seconds:.1f}",
            f"{figures.cpu / max(1, figures.logins):.0f}",
            spread(figures.posts),
            *(spread(figures.callbacks[name]) for name in CALLBACKS),
            spread(figures.told),
            len(figures.failures),
        ]
        print(f"| {' | '.join(map(str, cells))} |", flush=True)
    for people, figures in levels.items():
        for sentence in sorted(set(figures.failures))[:5]:
            print(f"\n{people} people: {sentence}", file=sys.stderr)


def count_queries():
    """Run one login in this process, with calls in memory, and print the queries of each step."""
    import django

    django.setup()
    from django.conf import settings
    from django.db import connection
    from django.test import Client, override_settings
    from django.test.utils import CaptureQueriesContext

    from voice2fa.models import PhoneVerification
    from voice2fa.providers.memory import MemoryProvider
    from voice2fa.tasks import place_call

    family = "django.tasks" if django.VERSION >= (6, 0) else "django_tasks"
    settings.ALLOWED_HOSTS = ["testserver", "localhost"]
    browser, counts = Client(), {}

    def step(name, act):
        with CaptureQueriesContext(connection) as captured:
            result = act()
        # Opening and closing a transaction is not counted.
        counts[name] = sum(query["sql"].split()[0] not in TRANSACTIONS for query in captured)
        return result

    with override_settings(TASKS={"default": {"BACKEND": f"{family}.backends.dummy.DummyBackend"}}):
        step("login page", lambda: browser.get("/phone/login/"))
        form = {"username": "person0", "password": PASSWORD}
        reply = step("login POST", lambda: browser.post("/phone/login/", form))
        require(reply.status_code == 302, find_error(reply.content.decode()))
        row = PhoneVerification.objects.latest("created_at")
        step("placing the call (worker)", lambda: place_call.func(str(row.pk)))
        (call,) = MemoryProvider.calls
        step("waiting page", lambda: browser.get("/phone/wait/"))
        step("status", lambda: browser.get("/phone/status/"))
        post = call._post
        call._post = lambda *parts: step(name_callback(parts[0]), lambda: post(*parts))
        call.answer()
        call.press(row.approve_key)
        step("complete", lambda: browser.post("/phone/complete/"))
        require(browser.get("/account/").status_code == 200, "not logged in")
    print("\n### Queries per step\n\n| step | queries |\n|---|--:|")
    for name, count in counts.items():
        print(f"| {name} | {count} |")


TRANSACTIONS = {"BEGIN", "COMMIT", "ROLLBACK", "SAVEPOINT", "RELEASE"}


def name_callback(url):
    """Return what the step is called that this callback is."""
    return f"callback: {re.search(r'/calls/[0-9a-f-]+/([a-z]+)', url)[1]}"


def describe():
    """Print where these figures come from."""
    import django

    commit = subprocess.run(
        ["git", "log", "-1", '--format=commit %h, "%s", of %cs'],
        cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    model = re.search(r"model name\s*: (.*)", Path("/proc/cpuinfo").read_text())
    versions = f"Python {platform.python_version()}, Django {django.__version__}"
    print(
        f"{os.cpu_count()} cores ({model[1] if model else platform.machine()}), {versions}, "
        f"{commit.stdout.strip() or 'commit unknown'}. Times are p50 / p95 in milliseconds. The emulator "
        f"answers every API request in {CARRIER_SECONDS * 1000:.0f} ms; the browser asks every "
        f"{POLL * 1000:.0f} ms. Load of the machine before: {os.getloadavg()[0]:.1f}."
    )


def open_databases(arguments, folder):
    """Yield a title and a fresh database's URL for each database that is asked for."""
    for name in arguments.databases:
        for hashing in HASHERS:
            if name == "sqlite":
                yield "SQLite", hashing, f"sqlite:///{folder / f'{len(hashing)}.sqlite3'}"
                continue
            import psycopg

            with psycopg.connect(
                arguments.server.replace("postgres://", "postgresql://"), autocommit=True
            ) as server:
                server.execute("DROP DATABASE IF EXISTS voice2fa_bench WITH (FORCE)")
                server.execute("CREATE DATABASE voice2fa_bench")
                try:
                    yield "PostgreSQL", hashing, f"{arguments.server.rpartition('/')[0]}/voice2fa_bench"
                finally:
                    server.execute("DROP DATABASE IF EXISTS voice2fa_bench WITH (FORCE)")


def judge(title, hashing, levels, hash_milliseconds):
    """Return a sentence if one person's login POST has waited for the carrier."""
    if 1 not in levels or not levels[1].posts:
        return None
    took = statistics.median(levels[1].posts) - hash_milliseconds[hashing]
    if took < LOGIN_MILLISECONDS:
        return None
    return (
        f"{title}, {hashing}: the login POST takes {took:.0f} ms beside hashing, above {LOGIN_MILLISECONDS}."
    )


def measure_hashing():
    """Return how many milliseconds the site spends on checking one password."""
    code = (
        "import time; from django.conf import settings; settings.configure();"
        "from django.contrib.auth.hashers import check_password, make_password; made = make_password('x');"
        "began = time.perf_counter(); [check_password('x', made) for _ in range(3)];"
        "print((time.perf_counter() - began) / 3 * 1000)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return dict(zip(HASHERS, (float(done.stdout), 0.0), strict=True))


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--people", type=int, nargs="+", default=[1, 8, 32, 128])
    parser.add_argument(
        "--databases", nargs="+", choices=["sqlite", "postgresql"], default=["sqlite", "postgresql"]
    )
    parser.add_argument(
        "--server", default="postgres://postgres@127.0.0.1:5432/postgres", help="of PostgreSQL"
    )
    parser.add_argument(
        "--seconds", type=float, default=6, help="how long people start logins, at each level"
    )
    parser.add_argument("--workers", type=int, default=2, help="gunicorn's processes")
    parser.add_argument("--threads", type=int, default=16, help="gunicorn's threads in each process")
    parser.add_argument("--count-queries", action="store_true", help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    # Whoever stops this early stops the site and the emulator too.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    if arguments.count_queries:
        count_queries()
        return 0
    describe()
    hash_milliseconds, complaints = measure_hashing(), []
    print(
        f"Checking a password takes {max(hash_milliseconds.values()):.0f} ms by Django's default.", flush=True
    )
    with tempfile.TemporaryDirectory(prefix="voice2fa-journey-") as name:
        for title, hashing, database in open_databases(arguments, Path(name)):
            bench = Bench(Path(name), arguments)
            emulator_process, emulator = bench.start_emulator()
            processes = [emulator_process]
            try:
                port = bench.configure(database, hashing, emulator)
                processes.append(bench.start_site(port))
                levels = asyncio.run(measure(bench, port, emulator, processes[1]))
            finally:
                for process in processes:
                    process.terminate()
                for process in processes:
                    process.wait(timeout=30)
            show(f"{title}, {hashing}", levels)
            complaints.append(judge(title, hashing, levels, hash_milliseconds))
            if title == "SQLite" and hashing == "no hashing":
                subprocess.run(
                    [sys.executable, __file__, "--count-queries"],
                    env={**bench.environment, "VOICE2FA_PROVIDER": "memory"}, cwd=ROOT, check=True,
                )  # fmt: skip
    for sentence in filter(None, complaints):
        print(sentence, file=sys.stderr)
    return 1 if any(complaints) else 0


if __name__ == "__main__":
    sys.exit(main())
