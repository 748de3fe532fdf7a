import pytest
from django.contrib.auth.models import Permission
from django.utils import timezone

from tests.factories import UserFactory
from voice2fa.flows import recovery
from voice2fa.models import RecoveryCode, RecoveryCodes

LIST = "voice2fa/recoverycodes/"


@pytest.fixture
def made(person):
    return recovery.make(person, timezone.now())


def test_the_list_tells_whose_they_are_and_how_many_are_left(page, made, person, name_of):
    RecoveryCodes.objects.get().verify_token(made[0])
    html = page(LIST).text
    assert name_of(person) in html
    assert '<td class="field-left">9</td>' in html


def test_no_page_shows_a_code_a_hash_or_a_salt(page, made):  # R9, R34
    codes = RecoveryCodes.objects.get()
    pages = page(LIST).text + page(f"{LIST}{codes.pk}/change/").text + page(f"{LIST}{codes.pk}/delete/").text
    for row in RecoveryCode.objects.all():
        assert row.salt not in pages
        assert row.code_hash not in pages
    assert not any(code in pages for code in made)


@pytest.mark.parametrize("lookup", ["codes__code_hash__startswith", "codes__salt__startswith", "codes__pk"])
def test_the_address_of_the_list_asks_for_no_secret(page, made, lookup):
    page(LIST, status=400, **{lookup: "1"})


def test_staff_find_a_set_by_its_owner(listed, made, person, name_of):
    recovery.make(UserFactory(), timezone.now())
    assert listed("recoverycodes", q=name_of(person)) == {RecoveryCodes.objects.get(user=person)}


def test_staff_neither_make_nor_change_any(page, client, made):  # A30
    codes = RecoveryCodes.objects.get()
    page(f"{LIST}add/", status=403)
    assert client.post(f"/admin/{LIST}{codes.pk}/change/", {"name": "mine"}).status_code == 403


def test_staff_may_take_a_set_away(client, page, made, person):
    codes = RecoveryCodes.objects.get()
    page(LIST)
    client.post(f"/admin/{LIST}{codes.pk}/delete/", {"post": "yes"})
    assert not RecoveryCodes.objects.exists()
    assert not RecoveryCode.objects.exists()


def test_without_the_right_to_it_nobody_takes_a_set_away(client, made):
    viewer = UserFactory(is_staff=True)
    viewer.user_permissions.add(Permission.objects.get(codename="view_recoverycodes"))
    client.force_login(viewer)
    codes = RecoveryCodes.objects.get()
    assert client.get(f"/admin/{LIST}").status_code == 200
    assert client.post(f"/admin/{LIST}{codes.pk}/delete/", {"post": "yes"}).status_code == 403
    assert RecoveryCodes.objects.exists()
