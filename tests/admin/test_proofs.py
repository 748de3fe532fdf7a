"""First-phone codes in the admin: given once, logged, and shown to nobody afterwards."""

import re
from datetime import timedelta

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Permission
from django.utils import timezone

from tests.factories import UserFactory, VoiceDeviceFactory
from voice2fa.flows import first_phone
from voice2fa.flows.account import proofs
from voice2fa.models import PhoneProof

pytestmark = pytest.mark.django_db

LIST = "voice2fa/phoneproof/"
GIVE = "/admin/voice2fa/phoneproof/add/"
WRITTEN = re.compile(r"\b[0-9a-z]{4}-[0-9a-z]{4}\b")


@pytest.fixture
def give(client, staff):
    """Return a function that asks for a code for somebody."""
    client.force_login(staff)

    def ask(user, status=200):
        response = client.post(GIVE, {"username": getattr(user, "username", user)})
        assert response.status_code == status
        return response.text

    return ask


def shown(html):
    return WRITTEN.findall(re.sub(r"<[^>]*>", " ", html))


def test_a_code_is_shown_once_and_proves(give, page):
    user = UserFactory()
    (code,) = shown(give(user))
    proof = PhoneProof.objects.get()
    assert code == proofs.secret_of(proof)
    assert shown(page(LIST).text) == shown(page(f"{LIST}{proof.pk}/change/").text) == []
    assert first_phone.prove(user, code, now=timezone.now())


def test_giving_a_code_is_logged_without_it(give, staff):
    user = UserFactory()
    (code,) = shown(give(user))
    entry = LogEntry.objects.get()
    assert (entry.user, entry.object_id) == (staff, str(PhoneProof.objects.get().pk))
    assert str(user) in entry.change_message
    assert code not in f"{entry.change_message} {entry.object_repr}"


def test_the_page_says_how_long_the_code_is_good(give, settings):
    html = give(UserFactory())
    until = timezone.localtime(PhoneProof.objects.get().expires_at)
    assert f"It is good until {until.strftime('%-I')}" in html


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda: "nobody", "There is no such user."),
        (lambda: UserFactory(is_active=False), "Activate it first."),
        (lambda: VoiceDeviceFactory().user, "has a phone or another way"),
    ],
)
def test_who_may_have_no_code_is_said_why(give, make, words):
    assert words in give(make())
    assert not PhoneProof.objects.exists()
    assert not LogEntry.objects.exists()


def test_staff_give_themselves_none(give, staff):
    staff.voicedevice_set.all().delete()
    assert "neither to yourself" in give(staff)
    assert not PhoneProof.objects.exists()


@pytest.mark.parametrize(("permissions", "status"), [(["add_phoneproof"], 200), (["view_phoneproof"], 403)])
def test_it_takes_the_permission_to_add(client, permissions, status):  # A30
    helper = UserFactory(is_staff=True)
    helper.user_permissions.set(Permission.objects.filter(codename__in=permissions))
    client.force_login(helper)
    assert client.get(GIVE).status_code == status
    assert client.post(GIVE, {"username": UserFactory().username}).status_code == status
    assert PhoneProof.objects.exists() == (status == 200)


def test_a_helper_gives_no_code_to_a_superuser(client):  # A30
    helper = UserFactory(is_staff=True)
    helper.user_permissions.set(Permission.objects.filter(codename="add_phoneproof"))
    client.force_login(helper)
    root = UserFactory(is_superuser=True)
    assert "superuser" in client.post(GIVE, {"username": root.username}).text
    assert not PhoneProof.objects.exists()


def test_looking_gives_none(page):
    assert "Show a code" in page(f"{LIST}add/").text
    assert not PhoneProof.objects.exists()


def test_the_list_finds_by_name_and_tells_what_became_of_it(page, listed, staff, name_of):
    user, other = UserFactory(), UserFactory()
    for one in (user, other):
        first_phone.issue_code(one, staff, now=timezone.now() - timedelta(minutes=3))
    assert listed("phoneproof", q=name_of(user)) == {PhoneProof.objects.get(user=user)}


@pytest.mark.parametrize(
    "query", [{"nonce__startswith": "a"}, {"account_mark": "a"}, {"user__password": "a"}]
)
def test_the_address_of_the_list_asks_for_no_secret(client, staff, query):
    client.force_login(staff)
    assert client.get(f"/admin/{LIST}", query).status_code == 400


def test_a_proof_is_neither_changed_nor_deleted(client, staff):
    proof_of = UserFactory()
    first_phone.issue_code(proof_of, staff, now=timezone.now())
    client.force_login(staff)
    pk = PhoneProof.objects.get().pk
    assert client.post(f"/admin/{LIST}{pk}/change/", {"tries": 0}).status_code == 403
    assert client.post(f"/admin/{LIST}{pk}/delete/", {"post": "yes"}).status_code == 403
    html = client.get(f"/admin/{LIST}{pk}/change/").text
    row = PhoneProof.objects.get()
    assert row.nonce not in html
    assert row.account_mark not in html


def test_somebody_who_was_given_a_code_can_be_deleted_with_the_account(client, page, db):
    user = UserFactory(email="mara@example.com")
    first_phone.issue_code(user, None, now=timezone.now())
    client.force_login(UserFactory(superuser=True))
    client.post(f"/admin/auth/user/{user.pk}/delete/", {"post": "yes"})
    assert not type(user).objects.filter(pk=user.pk).exists()
