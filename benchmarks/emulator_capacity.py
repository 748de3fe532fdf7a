"""Can the emulator carry 2,000 calls at once and 200 new calls a second, in one process on one core?

    python benchmarks/emulator_capacity.py [--rate 200] [--calls-at-once 2000] [--seconds 20]

Three processes: the emulator (one thread, so at most one core), a site that demands credentials
for its callbacks, and this driver. Every call is answered by a scripted callee who presses the key that the
call names. Exits with 1 when the emulator falls short.
"""

import argparse
import asyncio
import base64
import json
import os
import re
import subprocess
import sys
import time
from pathlib import Path

import aiohttp
from aiohttp import web

ACCOUNT = "/api/v2/accounts/9900000"
MEGABYTES_ALLOWED = 300
DOCUMENTS = {
    "answer": '<Response><Gather gatherUrl="/gather" maxDigits="1" username="hook" password="secret">'
    "<SpeakSentence>Somebody is logging in as you. Press 7 to approve, anything else denies.</SpeakSentence>"
    "</Gather></Response>",
    "gather": "<Response><SpeakSentence>Thank you.</SpeakSentence>"
    '<Pause duration="{pause}"/><Hangup/></Response>',
}


def make_site(pause):
    seen = {"answer": 0, "gather": 0, "disconnect": 0, "approved": 0}
    wanted = "Basic " + base64.b64encode(b"hook:secret").decode()

    async def callback(request):
        if request.headers.get("Authorization") != wanted:
            return web.Response(status=401, headers={"WWW-Authenticate": 'Basic realm="site"'})
        event = await request.json()
        seen[event["eventType"]] += 1
        seen["approved"] += event.get("digits") == "7"
        document = DOCUMENTS.get(event["eventType"])
        if document is None:
            return web.Response(status=204)
        return web.Response(text=document.format(pause=pause), content_type="application/xml")

    async def report(request):
        return web.json_response(seen)

    app = web.Application()
    app.router.add_post("/{event}", callback)
    app.router.add_get("/report", report)
    return app


async def serve_site(pause):
    runner = web.AppRunner(make_site(pause), access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0, backlog=1024).start()
    print(f"http://127.0.0.1:{runner.addresses[0][1]}", flush=True)
    await asyncio.Event().wait()


def start(*arguments):
    process = subprocess.Popen([sys.executable, *arguments], stdout=subprocess.PIPE, text=True)
    address = re.search(r"http://[\d.]+:\d+", process.stdout.readline())[0]
    return process, address


def read_usage(pid):
    """Return CPU seconds so far, and resident megabytes now and at most."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    cpu = (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
    status = Path(f"/proc/{pid}/status").read_text()
    now, most = (int(re.search(rf"{name}:\s+(\d+)", status)[1]) / 1024 for name in ("VmRSS", "VmHWM"))
    return cpu, now, most


async def create(session, emulator, site, outcomes):
    body = {
        "to": "+14155550100",
        "from": "+12025550100",
        "applicationId": "00000000-0000-4000-8000-000000000001",
        "answerUrl": f"{site}/answer",
        "disconnectUrl": f"{site}/disconnect",
        "username": "hook",
        "password": "secret",
    }
    began = time.perf_counter()
    async with session.post(emulator + ACCOUNT + "/calls", json=body) as response:
        await response.read()
    outcomes.append((response.status, time.perf_counter() - began))


async def watch(session, emulator, pid, peaks, stopping):
    while not stopping.is_set():
        async with session.get(emulator + "/_control/load") as response:
            load = await response.json()
        peaks["in_progress"] = max(peaks["in_progress"], load["inProgress"])
        peaks["megabytes"] = read_usage(pid)[2]
        await asyncio.sleep(0.25)


async def drive(emulator, site, pid, arguments):
    outcomes, peaks, stopping = [], {"in_progress": 0, "megabytes": 0.0}, asyncio.Event()
    auth = "Basic " + base64.b64encode(b"emulator:emulator-secret").decode()
    async with aiohttp.ClientSession(headers={"Authorization": auth}) as session:
        watcher = asyncio.create_task(watch(session, emulator, pid, peaks, stopping))
        cpu, began, tasks = read_usage(pid)[0], time.perf_counter(), []
        total = arguments.rate * arguments.seconds
        for number in range(total):
            await asyncio.sleep(began + number / arguments.rate - time.perf_counter())
            tasks.append(asyncio.create_task(create(session, emulator, site, outcomes)))
        await asyncio.gather(*tasks)
        elapsed = time.perf_counter() - began
        busy = (read_usage(pid)[0] - cpu) / elapsed
        deadline = time.perf_counter() + 60
        seen = {"disconnect": 0}
        while seen["disconnect"] < total and time.perf_counter() < deadline:
            await asyncio.sleep(0.5)
            async with session.get(site + "/report") as response:
                seen = await response.json()
        stopping.set()
        await watcher
    return outcomes, peaks, seen, elapsed, busy


def judge(arguments, outcomes, peaks, seen, elapsed, busy):
    total = arguments.rate * arguments.seconds
    accepted = sum(status == 201 for status, _ in outcomes)
    slowest = sorted(seconds for _, seconds in outcomes)[int(len(outcomes) * 0.95)]
    print(f"calls accepted        {accepted} of {total}, {accepted / elapsed:.0f} per second")
    print(f"calls at once         {peaks['in_progress']}")
    print(f"callbacks             {json.dumps(seen)}")
    print(f"createCall, p95       {slowest * 1000:.0f} ms")
    print(f"emulator, one core    {busy:.0%} busy, {busy * elapsed / accepted * 1000:.1f} ms of CPU per call")
    print(f"machine               {os.getloadavg()[0]:.1f} processes wanted its {os.cpu_count()} cores")
    print(f"emulator, memory      {peaks['megabytes']:.0f} MB at most")
    return (
        accepted == total
        and seen["disconnect"] == seen["approved"] == total
        and accepted / elapsed >= arguments.rate * 0.97
        and peaks["in_progress"] >= arguments.calls_at_once
        and peaks["megabytes"] < MEGABYTES_ALLOWED
    )


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rate", type=int, default=200)
    parser.add_argument("--calls-at-once", type=int, default=2000)
    parser.add_argument("--seconds", type=int, default=20)
    parser.add_argument("--site", type=float, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.site is not None:
        asyncio.run(serve_site(arguments.site))
        return 0
    # Ringing, speech and reaction take about seven seconds; the pause makes up the rest, and a margin.
    pause = max(0.1, arguments.calls_at_once / arguments.rate * 1.1 - 6)
    processes = []
    try:
        site_process, site = start(__file__, "--site", str(pause))
        processes.append(site_process)
        emulator_process, emulator = start(
            "-m", "voice2fa.emulator", "--port", "0", "--everyone", "approves",
            "--cps", str(arguments.rate * 2), "--concurrent-calls", str(arguments.calls_at_once * 2),
        )  # fmt: skip
        processes.append(emulator_process)
        result = asyncio.run(drive(emulator, site, emulator_process.pid, arguments))
    finally:
        for process in processes:
            process.terminate()
            process.communicate(timeout=10)
    passed = judge(arguments, *result)
    print("pass" if passed else "FAIL")
    return 0 if passed else 1


if __name__ == "__main__":
    sys.exit(main())
