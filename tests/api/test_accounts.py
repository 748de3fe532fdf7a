"""What somebody who is logged in asks for and changes through the API."""

from datetime import timedelta
from functools import partial

import pytest
from django_otp.plugins.otp_totp.models import TOTPDevice

from tests import stage
from voice2fa.flows.presence import browsers
from voice2fa.models import PhoneVerification, VoiceDevice

from .conftest import NEW_NUMBER, error_of, newest

NEW_PHONE = {"name": "Work phone", "number": NEW_NUMBER, "consents": True}
# What asks for a fresh confirmation: endpoint, method, body.
GUARDED = [
    ("phones", "post", NEW_PHONE),
    ("phone", "patch", {"name": "Other"}),
    ("phone", "patch", {"is_preferred": True}),
    ("phone", "patch", {"language": "es"}),
    ("phone", "delete", None),
    ("recovery_codes", "post", {}),
]
ACCOUNT = [*GUARDED, ("phones", "get", None), ("recovery_codes", "get", None), ("browsers", "get", None)]


@pytest.fixture
def three_languages(settings):
    settings.LANGUAGES = [("en", "English"), ("es", "Spanish"), ("fr", "French")]


def make_stale(api):
    """Let the session's last confirmation be an hour ago."""
    session = api.session
    session["voice2fa_confirmed"] |= {"at": session["voice2fa_confirmed"]["at"] - 3600}
    session.save()


def call(api, name, method, body, phone):
    arguments = [phone.pk] if name == "phone" else []
    if body is None:
        return api.ask(name, *arguments, method=method)
    return api.send(name, *arguments, method=method, body=body)


@pytest.mark.parametrize("name", ["\u202ekroW", "\u200b"])
def test_a_name_that_turns_or_shows_nothing_is_refused(phone, inside, name):
    reply = inside.send("phone", phone.pk, method="patch", body={"name": name})
    assert (reply.status_code, set(reply.json()["fields"])) == (400, {"name"})


@pytest.mark.parametrize(("name", "method", "body"), ACCOUNT)
def test_strangers_are_told_to_log_in(phone, api, name, method, body):
    response = call(api, name, method, body, phone)
    assert error_of(response) == (401, "not_authenticated")
    assert response["WWW-Authenticate"]


@pytest.mark.parametrize(("name", "method", "body"), GUARDED)
def test_a_change_asks_for_a_fresh_confirmation(phone, inside, name, method, body):  # R21
    make_stale(inside)
    before = (VoiceDevice.objects.values().get(), PhoneVerification.objects.count())
    assert error_of(call(inside, name, method, body, phone)) == (403, "confirmation_required")
    assert (VoiceDevice.objects.values().get(), PhoneVerification.objects.count()) == before


def test_a_confirmation_by_phone_makes_the_session_fresh(phone, inside, approve):  # R38, R40
    make_stale(inside)
    assert inside.send("confirmations").json()["verification"]["purpose"] == "confirm"
    approve(inside)
    before = inside.session.session_key
    assert inside.send("complete").json()["purpose"] == "confirm"
    assert inside.session.session_key != before
    assert inside.send("recovery_codes").status_code == 201


def test_a_confirmation_rings_the_phone_that_was_chosen(phone, user, inside, carrier):
    other = stage.make_phone(user, stage.OTHER_NUMBER)
    inside.send("confirmations", body={"phone": other.pk})
    assert carrier.calls[-1].order.to == stage.OTHER_NUMBER


def test_somebody_elses_confirmation_makes_nothing_fresh(phone, inside, approve):  # R4
    otto = stage.make_phone(stage.make_user("otto"), stage.OTHER_NUMBER)
    started = stage.reach("approved", otto.user, purpose="confirm", device=otto, now=stage.real_now())
    make_stale(inside)
    assert error_of(inside.send("complete", ticket=started.ticket)) == (404, "not_waiting")
    assert error_of(inside.send("recovery_codes")) == (403, "confirmation_required")


def test_the_phones_are_listed_masked(phone, inside):
    (shown,) = inside.ask("phones").json()
    assert (shown["id"], shown["name"], shown["number"]) == (phone.pk, "Mobile", "+1 ••• ••• ••23")


def test_a_phone_counts_once_its_call_has_proved_it(phone, inside, approve):  # R20
    assert inside.send("phones", body=NEW_PHONE).status_code == 201
    assert len(inside.ask("phones").json()) == 1
    approve(inside)
    added = inside.send("complete").json()
    assert (added["purpose"], added["phone"]["name"]) == ("enrol", "Work phone")
    assert len(inside.ask("phones").json()) == 2


def test_a_phone_is_for_whoever_began_to_add_it(phone, inside, new_api, approve):  # R4
    inside.send("phones", body=NEW_PHONE)
    approve(inside)
    stranger = new_api()
    assert error_of(stranger.send("complete", ticket=inside.ticket)) == (404, "not_waiting")
    stranger.force_login(stage.make_user("otto"), backend="voice2fa.backends.VoiceBackend")
    assert error_of(stranger.send("complete", ticket=inside.ticket)) == (404, "not_waiting")
    assert not VoiceDevice.objects.get(name="Work phone").confirmed


@pytest.mark.parametrize(
    ("change", "error"),
    [
        ({"number": stage.NUMBER}, (409, "phone_exists")),
        ({"number": "+49 151 12345678"}, (400, "number_region")),
        ({"number": "+1 900 555 0123"}, (400, "number_kind")),
        ({"consents": False}, (400, "consent_required")),
        ({"name": ""}, (400, "invalid")),
        ({"name": "x" * 65}, (400, "invalid")),
    ],
)
def test_a_phone_that_cannot_be_added(phone, inside, change, error):
    assert error_of(inside.send("phones", body=NEW_PHONE | change)) == error


def test_a_phone_is_renamed_and_preferred(phone, inside, user):
    other = stage.make_phone(user, stage.OTHER_NUMBER)
    changed = inside.send("phone", other.pk, method="patch", body={"name": "Boat", "is_preferred": True})
    assert (changed.json()["name"], changed.json()["is_preferred"]) == ("Boat", True)
    other.refresh_from_db()
    assert (other.name, other.is_preferred) == ("Boat", True)


def test_no_phone_stops_being_preferred_by_itself(phone, inside):
    refused = inside.send("phone", phone.pk, method="patch", body={"is_preferred": False})
    assert list(refused.json()["fields"]) == ["is_preferred"]


def test_a_phone_is_removed_but_not_the_last(phone, inside, user):
    other = stage.make_phone(user, stage.OTHER_NUMBER)
    assert inside.ask("phone", other.pk, method="delete").status_code == 204
    assert error_of(inside.ask("phone", phone.pk, method="delete")) == (409, "last_phone")
    assert list(VoiceDevice.objects.all()) == [phone]


@pytest.mark.parametrize("method", ["patch", "delete"])
@pytest.mark.parametrize("pk", ["others", 0, 2**63, 10**30])
def test_somebody_elses_phone_does_not_exist_here(phone, inside, method, pk):
    other = stage.make_phone(stage.make_user("otto"), stage.OTHER_NUMBER)
    pk = other.pk if pk == "others" else pk
    body = {"name": "Mine"} if method == "patch" else None
    send = inside.send if body else inside.ask
    response = send("phone", pk, method=method, **({"body": body} if body else {}))
    assert error_of(response) == (404, "not_found")
    other.refresh_from_db()
    assert other.name == "Mobile"


def test_recovery_codes_are_told_once_and_counted(phone, inside):  # R34
    assert inside.ask("recovery_codes").json() == {"remaining": 0, "created_at": None}
    codes = inside.send("recovery_codes").json()["codes"]
    assert len(set(codes)) == 10
    assert inside.ask("recovery_codes").json()["remaining"] == 10
    assert codes[0] not in inside.ask("recovery_codes").content.decode()


def test_a_recovery_code_logs_in_instead_of_the_call(phone, inside, new_api):
    code, other = inside.send("recovery_codes").json()["codes"][:2]
    api = new_api()
    api.log_in()
    (way,) = api.ask("other_ways").json()
    assert (way["kind"], way["is_sent"]) == ("voice2fa.recoverycodes", False)
    wrong = api.send("verify", body={"way": way["id"], "token": "aaaa-aaaa-aaaa-aaaa"})
    assert error_of(wrong) == (400, "wrong_token")
    throttled = api.send("verify", body={"way": way["id"], "token": code})
    assert error_of(throttled) == (429, "too_many_failures")
    assert int(throttled["Retry-After"]) >= 1
    from voice2fa.models import RecoveryCodes

    RecoveryCodes.objects.get().throttle_reset()
    done = api.send("verify", body={"way": way["id"], "token": code})
    assert done.json()["purpose"] == "login"
    assert api.has_session
    assert newest().state == "cancelled"
    again = new_api()
    again.log_in()
    assert error_of(again.send("verify", body={"way": way["id"], "token": code})) == (400, "wrong_token")
    RecoveryCodes.objects.get().throttle_reset()
    assert again.send("verify", body={"way": way["id"], "token": other}).status_code == 200


def test_another_device_confirms_for_whoever_is_inside(phone, user, inside):
    device = TOTPDevice.objects.create(user=user, name="App")
    make_stale(inside)
    before = inside.session.session_key
    inside.ticket = ""
    (way,) = inside.ask("other_ways").json()
    done = inside.send("verify", body={"way": way["id"], "token": totp(device)})
    assert done.json()["purpose"] == "confirm"
    assert inside.session.session_key != before
    assert inside.send("recovery_codes").status_code == 201


def test_another_device_does_not_spare_somebody_elses_call(phone, user, inside):  # R4
    device = TOTPDevice.objects.create(user=user, name="App")
    otto = stage.make_phone(stage.make_user("otto"), stage.OTHER_NUMBER)
    started = stage.reach("answered", otto.user, purpose="confirm", device=otto, now=stage.real_now())
    body = {"way": device.persistent_id, "token": totp(device)}
    assert error_of(inside.send("verify", body=body, ticket=started.ticket)) == (404, "not_waiting")
    assert stage.row(started.verification)["state"] == "answered"


def test_an_emailed_code_is_sent_and_taken(phone, user, inside, new_api, mailoutbox):
    from django_otp.plugins.otp_email.models import EmailDevice

    EmailDevice.objects.create(user=user, name="Mail", email="anna@example.com")
    api = new_api()
    api.log_in()
    (way,) = api.ask("other_ways").json()
    assert way["is_sent"]
    assert api.send("challenge", body={"way": way["id"]}).status_code == 200
    token = mailoutbox[-1].body.strip().split()[-1]
    assert api.send("verify", body={"way": way["id"], "token": token}).status_code == 200
    assert api.has_session


def test_where_no_call_can_be_placed_a_pass_leads_to_another_way(phone, user, api, configure):  # R17
    TOTPDevice.objects.create(user=user, name="App")
    configure(CALL_LIMITS={"user": [(1, 3600)]})
    api.log_in()
    refused = api.log_in()
    told = refused.json()
    assert (refused.status_code, told["code"]) == (202, "too_many_calls")
    (way,) = told["other_ways"]
    device = TOTPDevice.objects.get()
    headers = {"Voice-Auth-Pass": told["pass"]}
    assert api.ask("other_ways", ticket="", headers=headers).json() == [way]
    body = {"way": way["id"], "token": totp(device)}
    assert api.send("verify", ticket="", body=body, headers=headers).json()["purpose"] == "login"
    assert api.has_session


@pytest.mark.parametrize("name", ["other_ways", "challenge", "verify"])
def test_other_ways_are_for_whoever_gave_the_first_factor(phone, user, api, name):
    TOTPDevice.objects.create(user=user, name="App")
    body = {"way": TOTPDevice.objects.get().persistent_id, "token": "123456"}
    ask = api.ask if name == "other_ways" else partial(api.send, body=body)
    assert error_of(ask(name)) == (404, "not_waiting")
    forged = ask(name, headers={"Voice-Auth-Pass": "forged"})
    assert error_of(forged) == (409, "start_over")


def test_the_remembered_browsers_are_listed_and_forgotten(phone, user, inside, configure):
    configure(REMEMBER_DAYS=30)
    client = stage.requests.Client(user_agent="Mozilla/5.0 (Windows NT 10.0; rv:140.0) Gecko Firefox/140.0")
    for _browser in range(3):
        browsers.remember(user, client, now=stage.real_now())
    shown = inside.ask("browsers").json()
    assert [browser["name"] for browser in shown] == ["Firefox on Windows"] * 3
    assert inside.ask("browser", shown[0]["id"], method="delete").status_code == 204
    assert len(inside.ask("browsers").json()) == 2
    assert inside.ask("browsers", method="delete").status_code == 204
    assert inside.ask("browsers").json() == []


def test_somebody_elses_browser_is_not_forgotten(phone, inside, configure):
    configure(REMEMBER_DAYS=30)
    otto = stage.make_user("otto")
    browser, _cookie = browsers.remember(otto, stage.CLIENT, now=stage.real_now())
    assert error_of(inside.ask("browser", browser.pk, method="delete")) == (404, "not_found")
    assert len(browsers.browsers_of(otto, now=stage.real_now() + timedelta(hours=1))) == 1


def totp(device):
    from django_otp.oath import TOTP

    generator = TOTP(device.bin_key, device.step, device.t0, device.digits, device.drift)
    generator.time = stage.real_now().timestamp()
    return f"{generator.token():06}"


# Extensions, and the language of calls


@pytest.mark.parametrize(
    "typed",
    [{"extension": "204"}, {"number": f"{NEW_NUMBER} ext. 204"}, {"number": f"{NEW_NUMBER};ext=204"}],
)
def test_a_phone_behind_a_switchboard_is_added(phone, inside, approve, typed):
    shown = inside.send("phones", body=NEW_PHONE | typed).json()["show"]
    assert (shown["number"], shown["extension"]) == ("+1 ••• ••• ••77 x204", "204")
    approve(inside)
    assert inside.send("complete").json()["phone"]["number"] == "+1 ••• ••• ••77 x204"


@pytest.mark.parametrize(
    ("typed", "error"),
    [
        ({"extension": "20b"}, (400, "extension_invalid")),
        ({"extension": "1" * 33}, (400, "extension_too_long")),
        ({"extension": "1" * 65}, (400, "invalid")),
        ({"extension": None}, (400, "invalid")),
        ({"extension": "205", "number": f"{NEW_NUMBER} x204"}, (400, "extension_twice")),
        ({"language": "ja"}, (400, "language_unspoken")),
        ({"language": "x" * 17}, (400, "invalid")),
    ],
)
def test_an_extension_or_a_language_that_cannot_be(phone, inside, three_languages, typed, error):
    calls = PhoneVerification.objects.count()
    assert error_of(inside.send("phones", body=NEW_PHONE | typed)) == error
    assert PhoneVerification.objects.count() == calls


def test_a_phone_is_added_in_the_language_of_the_request(phone, inside, three_languages):
    inside.send("phones", body=NEW_PHONE, headers={"Accept-Language": "es"})
    assert VoiceDevice.objects.get(name="Work phone").language == "es"


@pytest.mark.parametrize("language", ["fr", ""])
def test_the_language_of_calls_is_chosen(phone, inside, three_languages, language):
    inside.send("phones", body=NEW_PHONE | {"language": language}, headers={"Accept-Language": "es"})
    assert VoiceDevice.objects.get(name="Work phone").language == language


def test_the_language_of_a_phone_is_changed(phone, inside, three_languages):
    assert inside.send("phone", phone.pk, method="patch", body={"language": "es"}).json()["language"] == "es"
    assert inside.ask("phones").json()[0]["language"] == "es"
    refused = inside.send("phone", phone.pk, method="patch", body={"language": "tlh"})
    assert error_of(refused) == (400, "language_unspoken")


def test_a_language_that_cannot_be_leaves_the_name_too(phone, inside, three_languages):
    inside.send("phone", phone.pk, method="patch", body={"name": "Other", "language": "tlh"})
    phone.refresh_from_db()
    assert phone.name == "Mobile"


def test_the_languages_on_offer_are_told_to_anybody(api, three_languages):
    assert api.ask("languages").json()[1] == {"code": "es", "name": "español", "spoken": "es"}
