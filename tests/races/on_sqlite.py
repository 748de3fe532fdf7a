"""Fifty threads use one thing on a file of SQLite; prints as JSON how they fared, by outcome.

DATABASE_URL=sqlite:///… python -m tests.races.on_sqlite ticket|payload|recovery
"""

import collections
import json
import sys
import threading

import django

MANY = 50


def main(thing):
    django.setup()
    from django.core.management import call_command
    from django.db import connections

    from voice2fa.core.errors import Refusal

    call_command("migrate", verbosity=0)
    use = {"ticket": one_ticket, "payload": one_payload, "recovery": one_recovery_code}[thing]()
    outcomes = []
    start = threading.Barrier(MANY)

    def take_part():
        try:
            connections["default"].ensure_connection()
            start.wait(60)
            outcomes.append(use())
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


def one_ticket():
    from tests import stage
    from voice2fa.core.states import State
    from voice2fa.flows import login
    from voice2fa.flows.attempts import tickets

    started = stage.reach(State.APPROVED, stage.make_phone(stage.make_user()).user)

    def use():
        login.finish(tickets.find(started.ticket), now=stage.NOW)
        return "done"

    return use


def one_payload():
    from tests import stage
    from voice2fa.flows import confirmation
    from voice2fa.flows.attempts import tickets

    user = stage.make_phone(stage.make_user()).user
    payload = {"amount": 5, "payee": "Maria"}
    started = confirmation.begin(
        user, client=stage.CLIENT, now=stage.NOW, message="Send {amount} to {payee}.", payload=payload
    )
    stage.place(started.verification)
    stage.answer(started.verification)
    stage.approve(started.verification)

    def use():
        confirmation.finish(tickets.find(started.ticket), user, now=stage.NOW, payload=payload)
        return "done"

    return use


def one_recovery_code():
    from django_otp import verify_token

    from tests import stage
    from voice2fa.flows import recovery

    user = stage.make_user()
    code = recovery.make(user, stage.real_now())[0]
    codes = recovery.codes_of(user)

    def use():
        return "done" if verify_token(user, codes.persistent_id, code) else "refused"

    return use


if __name__ == "__main__":
    main(sys.argv[1])
