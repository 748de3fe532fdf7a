"""Fifty threads use one approval of a payload on a file of SQLite; prints how they fared."""

import collections
import json
import sys
import threading

import django

MANY = 50


def main():
    django.setup()
    from django.core.management import call_command
    from django.db import connections

    from tests import stage
    from voice2fa.core.errors import Refusal
    from voice2fa.flows import confirmation, tickets

    call_command("migrate", verbosity=0)
    phone = stage.make_phone(stage.make_user())
    payload = {"amount": 5, "payee": "Maria"}
    started = confirmation.begin(
        phone.user, client=stage.CLIENT, now=stage.NOW, message="Send {amount} to {payee}.", payload=payload
    )
    stage.place(started.verification)
    stage.answer(started.verification)
    stage.approve(started.verification)
    outcomes = []
    start = threading.Barrier(MANY)

    def take_part():
        try:
            verification = tickets.find(started.ticket)
            start.wait(60)
            confirmation.finish(verification, phone.user, now=stage.NOW, payload=payload)
            outcomes.append("done")
        except Refusal as refusal:
            outcomes.append(str(refusal.code))
        except Exception as error:
            outcomes.append(repr(error))
        finally:
            connections.close_all()

    threads = [threading.Thread(target=take_part) for _ in range(MANY)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    sys.stdout.write(json.dumps(collections.Counter(outcomes)))


if __name__ == "__main__":
    main()
