"""Runs the journeys' site: ``python -m tests.journeys.site`` serves until its stdin closes."""

import os
import sys
import threading

from django.core.servers.basehttp import ThreadedWSGIServer, WSGIRequestHandler


def main():
    server = ThreadedWSGIServer(("127.0.0.1", 0), WSGIRequestHandler)
    url = f"http://127.0.0.1:{server.server_port}"
    os.environ["DJANGO_SETTINGS_MODULE"] = os.environ["JOURNEYS_SETTINGS"]
    os.environ["JOURNEYS_PUBLIC_URL"] = url

    import django
    from django.contrib.staticfiles.handlers import StaticFilesHandler
    from django.core.management import call_command
    from django.core.wsgi import get_wsgi_application

    from . import clock

    clock.install()
    django.setup()
    call_command("migrate", verbosity=0)
    server.set_app(StaticFilesHandler(get_wsgi_application()))
    threading.Thread(target=_leave_with_parent, daemon=True).start()
    sys.stdout.write(url + "\n")
    sys.stdout.flush()
    server.serve_forever()


def _leave_with_parent():
    sys.stdin.read()
    os._exit(0)


if __name__ == "__main__":
    main()
