"""A first phone: who may have one rung, with which proof, how often, and until when."""

from datetime import timedelta

import pytest
from django.contrib.auth import get_user_model
from django.core import mail
from django.utils import translation

from tests import stage
from tests.stage import CLIENT, NOW, NUMBER, OTHER_NUMBER, PASSWORD, refusal_of
from voice2fa import tasks
from voice2fa.core.errors import Code, Refusal, TryLater
from voice2fa.core.proofs import MAX_TRIES, ProofKind
from voice2fa.flows import enrolment, first_phone
from voice2fa.flows import verification as verifications
from voice2fa.flows.account import proof_mails, proofs
from voice2fa.flows.attempts import tickets
from voice2fa.models import PhoneProof, PhoneVerification, RecoveryCodes, VoiceDevice

pytestmark = pytest.mark.django_db

ADDRESS = "anna@example.com"
MINUTE = timedelta(minutes=1)
WRONG = "0000-0000"


@pytest.fixture
def user(db):
    return stage.make_user(email=ADDRESS)


@pytest.fixture
def staff(db):
    return stage.make_user("stella", is_staff=True)


def request_link(user, *, now=NOW):
    first_phone.request_link(user, CLIENT, now=now)
    return PhoneProof.objects.latest("pk")


def earn(user, *, now=NOW):
    """Prove by the secret that was mailed."""
    return first_phone.prove(user, proofs.secret_of(request_link(user, now=now)), now=now)


def begin(user, proof="", *, number=NUMBER, now=NOW, consents=True):
    return first_phone.begin(
        user, proof=proof, number=number, name="Mobile", client=CLIENT, now=now, consents=consents
    )


def approve(started, *, now=NOW):
    verification = started.verification
    stage.place(verification, now=now)
    stage.answer(verification, now=now)
    stage.approve(verification, now=now)
    return tickets.find(started.ticket)


# The whole way


def test_a_mailed_secret_and_a_call_confirm_the_first_phone(user):
    verification = approve(begin(user, earn(user)))
    owner, phone = first_phone.finish(verification, now=NOW)
    assert owner == user
    assert (phone.number.as_e164, phone.confirmed, phone.consented_at) == (NUMBER, True, NOW)
    proof = PhoneProof.objects.get()
    assert (proof.kind, proof.used_at, proof.device) == (ProofKind.EMAIL, NOW, phone)


def test_a_code_from_staff_does_as_well(user, staff):
    code = first_phone.issue_code(user, staff, now=NOW)
    first_phone.finish(approve(begin(user, first_phone.prove(user, code, now=NOW))), now=NOW)
    assert PhoneProof.objects.get().issued_by == staff
    assert enrolment.phones_of(user)


def test_where_the_password_is_enough_none_is_asked_for(user, configure):
    configure(FIRST_PHONE_PROOF="password")
    first_phone.finish(approve(begin(user)), now=NOW)
    proof = PhoneProof.objects.get()
    assert (proof.kind, proof.used_at) == (ProofKind.PASSWORD, NOW)


# Without a proof


@pytest.mark.parametrize("proof", ["", "nonsense", "eyJwcm9vZiI6MX0:1vT:xx"])
def test_without_a_proof_no_phone_rings(user, carrier, proof):  # A12
    assert refusal_of(begin, user, proof) == Code.PROOF_REQUIRED
    assert not PhoneVerification.objects.exists()


def test_a_proof_of_somebody_else_is_of_no_use(user):  # A12
    thief = stage.make_user("otto", email="otto@example.com")
    assert refusal_of(begin, user, earn(thief)) == Code.PROOF_REQUIRED


def test_somebody_elses_secret_is_of_no_use(user):
    secret = proofs.secret_of(request_link(stage.make_user("otto", email="otto@example.com")))
    request_link(user)
    assert refusal_of(first_phone.prove, user, secret, now=NOW) == Code.WRONG_PROOF


def test_a_proof_serves_only_who_brought_the_secret(user):  # A12
    # The owner opens their link; somebody with the same password has a pass of their own, and no proof.
    earn(user)
    assert refusal_of(begin, user) == Code.PROOF_REQUIRED


def test_without_consent_no_phone_rings(user):  # R48
    assert refusal_of(begin, user, earn(user), consents=False) == Code.CONSENT_REQUIRED
    assert not PhoneVerification.objects.exists()


@pytest.mark.parametrize("factor", ["phone", "codes"])
def test_who_has_something_to_confirm_with_is_asked_for_that(user, staff, factor):  # R21
    proof = earn(user)
    secret = proofs.secret_of(request_link(user, now=NOW + MINUTE))
    if factor == "phone":
        stage.make_phone(user, OTHER_NUMBER)
    else:
        codes = RecoveryCodes.objects.create(user=user, name="Codes", created_at=NOW)
        codes.codes.create(salt="x", code_hash="x")
    for act in (
        lambda: first_phone.request_link(user, CLIENT, now=NOW + 2 * MINUTE),
        lambda: first_phone.issue_code(user, staff, now=NOW),
        lambda: first_phone.prove(user, secret, now=NOW + MINUTE),
        lambda: begin(user, proof),
    ):
        assert refusal_of(act) == Code.CONFIRMATION_REQUIRED


def test_recovery_codes_that_are_used_up_are_no_other_way(user):
    codes = RecoveryCodes.objects.create(user=user, name="Codes", created_at=NOW)
    codes.codes.create(salt="x", code_hash="x", used_at=NOW)
    assert first_phone.is_due(user)


# Secrets: at most ten minutes, once, five tries, the newest alone (R22)


def test_a_secret_is_good_for_ten_minutes(user):
    secret = proofs.secret_of(request_link(user))
    late = NOW + 10 * MINUTE
    assert refusal_of(first_phone.prove, user, secret, now=late) == Code.WRONG_PROOF
    assert first_phone.prove(user, secret, now=late - timedelta(seconds=1))


def test_a_secret_is_good_once(user):  # A15
    secret = proofs.secret_of(request_link(user))
    first_phone.prove(user, secret, now=NOW)
    assert refusal_of(first_phone.prove, user, secret, now=NOW) == Code.WRONG_PROOF


def test_a_secret_withstands_four_wrong_tries_and_no_fifth(user):
    secret = proofs.secret_of(request_link(user))
    for _ in range(MAX_TRIES - 1):
        assert refusal_of(first_phone.prove, user, WRONG, now=NOW) == Code.WRONG_PROOF
    assert PhoneProof.objects.get().tries == MAX_TRIES - 1
    assert refusal_of(first_phone.prove, user, WRONG, now=NOW) == Code.WRONG_PROOF
    assert refusal_of(first_phone.prove, user, secret, now=NOW) == Code.WRONG_PROOF


def test_the_right_secret_on_the_last_try_proves(user):
    secret = proofs.secret_of(request_link(user))
    for _ in range(MAX_TRIES - 1):
        refusal_of(first_phone.prove, user, WRONG, now=NOW)
    assert first_phone.prove(user, secret, now=NOW)
    assert PhoneProof.objects.get().tries == MAX_TRIES - 1


def test_a_newer_mail_voids_the_older_one(user):
    older = proofs.secret_of(request_link(user))
    newer = proofs.secret_of(request_link(user, now=NOW + MINUTE))
    assert refusal_of(first_phone.prove, user, older, now=NOW + MINUTE) == Code.WRONG_PROOF
    assert first_phone.prove(user, newer, now=NOW + MINUTE)


def test_a_mail_does_not_void_the_code_that_staff_gave(user, staff):
    code = first_phone.issue_code(user, staff, now=NOW)
    request_link(user)
    assert first_phone.prove(user, code, now=NOW)


@pytest.mark.parametrize("change", [{"email": "new@example.com"}, {"password": "md5$other"}])
def test_a_changed_account_voids_secret_and_proof(user, change):
    proof = earn(user)
    secret = proofs.secret_of(request_link(user, now=NOW + MINUTE))
    get_user_model().objects.filter(pk=user.pk).update(**change)
    changed = get_user_model().objects.get(pk=user.pk)
    assert refusal_of(first_phone.prove, changed, secret, now=NOW + MINUTE) == Code.WRONG_PROOF
    assert refusal_of(begin, changed, proof) == Code.PROOF_REQUIRED


def test_a_proof_is_good_for_ten_minutes(user):
    proof = earn(user)
    assert refusal_of(begin, user, proof, now=NOW + 10 * MINUTE) == Code.PROOF_REQUIRED
    assert begin(user, proof, now=NOW + 9 * MINUTE)


def test_a_mailed_secret_is_void_where_the_site_wants_codes_from_staff(user, configure):
    secret = proofs.secret_of(request_link(user))
    configure(FIRST_PHONE_PROOF="staff_code")
    assert refusal_of(first_phone.prove, user, secret, now=NOW) == Code.WRONG_PROOF


def test_the_row_tells_nobody_the_secret(user):  # R9
    proof = request_link(user)
    secret = proofs.secret_of(proof).replace("-", "")
    row = repr(PhoneProof.objects.values().get())
    assert secret not in row
    assert secret not in row.replace("-", "")


# Mails


def test_a_mail_is_asked_for_once_a_minute(user):
    request_link(user)
    with pytest.raises(TryLater) as refused:
        request_link(user, now=NOW + timedelta(seconds=20))
    assert (refused.value.code, refused.value.retry_after) == (Code.TOO_MANY_MAILS, 40)
    assert PhoneProof.objects.count() == 1


def test_four_mails_an_hour_are_enough(user):
    for minutes in range(4):
        request_link(user, now=NOW + minutes * MINUTE)
    assert refusal_of(request_link, user, now=NOW + 5 * MINUTE) == Code.TOO_MANY_MAILS


def test_without_an_address_there_is_no_mail(user):
    user.email = ""
    assert refusal_of(request_link, user) == Code.NO_EMAIL


@pytest.mark.parametrize("setting", ["staff_code", "password"])
def test_a_site_that_mails_nothing_mails_nothing(user, configure, setting):
    configure(FIRST_PHONE_PROOF=setting)
    assert refusal_of(request_link, user) == Code.PROOF_REQUIRED


def test_the_mail_has_link_and_code_and_the_task_knew_neither(user, carry_out, configure, settings):
    configure(PUBLIC_URL="https://www.example.com")
    with carry_out():
        proof = request_link(user, now=stage.real_now())
    (sent,) = mail.outbox
    secret = proofs.secret_of(proof)
    assert sent.to == [ADDRESS]
    assert f"https://www.example.com/phone/first-phone/link/{secret}/" in sent.body
    assert sent.body.count(secret) == 2
    assert secret not in sent.subject


@pytest.mark.parametrize("event", ["expired", "superseded", "proved", "changed", "inactive", "gone"])
def test_no_mail_is_sent_for_what_is_void(user, event):
    proof, now = request_link(user), NOW
    if event == "expired":
        now = proof.expires_at
    elif event == "superseded":
        request_link(user, now=NOW + MINUTE)
    elif event == "proved":
        first_phone.prove(user, proofs.secret_of(proof), now=NOW)
    elif event == "changed":
        get_user_model().objects.update(email="new@example.com")
    elif event == "inactive":
        get_user_model().objects.update(is_active=False)
    else:
        user.delete()
    proof_mails.send(proof.pk, now=now)
    assert mail.outbox == []


def test_the_task_takes_the_id_as_queues_carry_it(user):
    proof = request_link(user, now=stage.real_now())
    tasks.send_first_phone_mail.func(str(proof.pk))
    assert len(mail.outbox) == 1


def test_a_mail_speaks_the_language_of_the_page(user):
    with translation.override("de"):
        assert request_link(user).language == "de"


# Staff


def test_staff_give_no_code_to_themselves(staff):
    assert refusal_of(first_phone.issue_code, staff, staff, now=NOW) == Code.PROOF_REQUIRED


@pytest.mark.parametrize(("is_superuser", "refused"), [(False, Code.PROOF_REQUIRED), (True, None)])
def test_only_superusers_give_codes_to_superusers(staff, is_superuser, refused):  # A30
    staff.is_superuser = is_superuser
    root = stage.make_user("root", is_superuser=True)
    assert refusal_of(first_phone.issue_code, root, staff, now=NOW) == refused


def test_nobody_gives_a_code_to_an_inactive_account(user, staff):
    user.is_active = False
    assert refusal_of(first_phone.issue_code, user, staff, now=NOW) == Code.ACCOUNT_CHANGED


# Finishing


def test_a_call_that_no_proof_allowed_is_no_first_phone(user):
    device = stage.make_phone(user, confirmed=False)
    started = stage.begin(user, purpose="enrol", method="enter", device=device)
    assert not first_phone.is_first(started.verification, now=NOW)
    assert refusal_of(first_phone.finish, approve(started), now=NOW) == Code.PROOF_REQUIRED
    assert not enrolment.phones_of(user)


def test_what_is_not_approved_confirms_nothing(user):
    started = begin(user, earn(user))
    assert refusal_of(first_phone.finish, started.verification, now=NOW) == Code.NOT_APPROVED
    assert PhoneProof.objects.get().used_at is None


def test_an_approval_is_used_once(user):  # A15
    verification = approve(begin(user, earn(user)))
    first_phone.finish(verification, now=NOW)
    assert refusal_of(first_phone.finish, verification, now=NOW) == Code.ALREADY_USED


def test_a_proof_serves_one_phone(user):
    proof = earn(user)
    first_phone.finish(approve(begin(user, proof)), now=NOW)
    VoiceDevice.objects.all().delete()
    assert refusal_of(begin, user, proof, number=OTHER_NUMBER) == Code.PROOF_REQUIRED


def test_another_number_takes_the_proof_along(user, configure):
    configure(CALL_LIMITS=stage.NO_LIMITS)
    proof = earn(user)
    first = approve(begin(user, proof))
    second = approve(begin(user, proof, number=OTHER_NUMBER))
    assert refusal_of(first_phone.finish, first, now=NOW) == Code.PROOF_REQUIRED
    _, phone = first_phone.finish(second, now=NOW)
    assert phone.number == OTHER_NUMBER


def test_of_two_first_phones_one_is_the_first(user, staff):
    code = first_phone.issue_code(user, staff, now=NOW)
    first = approve(begin(user, earn(user)))
    second = approve(begin(user, first_phone.prove(user, code, now=NOW), number=OTHER_NUMBER))
    first_phone.finish(second, now=NOW)
    assert refusal_of(first_phone.finish, first, now=NOW) == Code.CONFIRMATION_REQUIRED
    assert [phone.number.as_e164 for phone in enrolment.phones_of(user)] == [OTHER_NUMBER]


def test_a_call_again_is_still_one_to_the_first_phone(user, configure):
    started = begin(user, earn(user))
    verifications.cancel(started.verification, now=NOW)
    again = verifications.resend(tickets.find(started.ticket), CLIENT, now=NOW + MINUTE)
    first_phone.finish(approve(again, now=NOW + MINUTE), now=NOW + MINUTE)
    assert enrolment.phones_of(user)


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"email": "new@example.com"}, Code.PROOF_REQUIRED),
        ({"password": "md5$other"}, Code.PROOF_REQUIRED),
        ({"is_active": False}, Code.ACCOUNT_CHANGED),
    ],
)
def test_a_changed_account_gets_no_phone_in_mid_call(user, change, code):
    started = begin(user, earn(user))
    approve(started)
    get_user_model().objects.update(**change)
    found = tickets.find(started.ticket)
    assert refusal_of(first_phone.finish, found, now=NOW) == code
    assert not enrolment.phones_of(user)


def test_an_account_deleted_in_mid_call_gets_no_phone(user):
    started = begin(user, earn(user))
    approve(started)
    user.delete()
    found = tickets.find(started.ticket)
    assert refusal_of(first_phone.finish, found, now=NOW) == Code.ACCOUNT_CHANGED


def test_a_refused_call_leaves_the_proof_for_another_number(user, configure):
    configure(ALLOWED_REGIONS=["US"])
    proof = earn(user)
    assert refusal_of(begin, user, proof, number="+442071838750") == Code.NUMBER_REGION
    assert first_phone.is_proved(user, proof, now=NOW)


def test_a_refusal_is_told_by_its_own_kind(user):
    with pytest.raises(Refusal):
        first_phone.prove(user, PASSWORD, now=NOW)


# What is heard of it (R42)


def test_what_is_made_and_what_is_refused_is_logged_without_the_secret(
    user, staff, caplog, django_capture_on_commit_callbacks
):
    caplog.set_level("INFO", "voice2fa")
    with django_capture_on_commit_callbacks(execute=True):
        secrets = [first_phone.issue_code(user, staff, now=NOW), proofs.secret_of(request_link(user))]
    refusal_of(first_phone.prove, user, WRONG, now=NOW)
    assert f"(staff) was made for user {user.pk} by user {staff.pk}" in caplog.text
    assert f"(email) was made for user {user.pk}\n" in caplog.text
    assert f"A first-phone link or code for user {user.pk} was wrong" in caplog.text
    assert not [secret for secret in [*secrets, WRONG] if secret in caplog.text]
