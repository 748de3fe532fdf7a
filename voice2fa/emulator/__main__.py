"""Runs the emulator from the command line until it is told to stop."""

import asyncio
import logging
import signal
import sys
from collections.abc import Sequence

from voice2fa.emulator import numbers
from voice2fa.emulator.options import Options, parse
from voice2fa.emulator.server import serve

DEFAULT_PORT = 8001


def _announce(url: str) -> None:
    sys.stdout.write(f"Bandwidth emulator listens on {url} (handset page: {url}/)\n")
    sys.stdout.flush()


async def _run(options: Options) -> None:
    stopping = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stopping.set)
    await serve(options, _announce, stopping)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run; return 0 after a clean stop, 1 when the address is taken."""
    options = parse(arguments, numbers.to_text(), port=DEFAULT_PORT)
    logging.basicConfig(level=logging.WARNING, format="%(levelname)s %(name)s: %(message)s")
    try:
        asyncio.run(_run(options))
    except OSError as error:
        sys.stderr.write(
            f"The emulator cannot listen on {options.host}:{options.port}: {error.strerror or error}\n"
        )
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
