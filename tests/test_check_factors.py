"""``check --deploy`` asks for another factor beside the phone (R28)."""

import pytest
from django.core.checks import run_checks

from tests import settings as good

TOTP = "django_otp.plugins.otp_totp"
EMAIL = "django_otp.plugins.otp_email"
STATIC = "django_otp.plugins.otp_static"


def ids(settings, *apps, **how):
    without = [app for app in good.INSTALLED_APPS if not app.startswith("django_otp.plugins")]
    settings.INSTALLED_APPS = [*without, *apps]
    return [message.id for message in run_checks(tags=["voice2fa"], **how)]


@pytest.mark.parametrize("apps", [[], [STATIC]])
def test_phones_and_paper_alone_are_not_enough_for_the_public(settings, apps):  # R28
    assert "voice2fa.E080" in ids(settings, *apps, include_deployment_checks=True)


@pytest.mark.parametrize("apps", [[TOTP], [EMAIL], [STATIC, TOTP]])
def test_another_device_app_is_another_factor(settings, apps):
    assert "voice2fa.E080" not in ids(settings, *apps, include_deployment_checks=True)


def test_on_a_developers_desk_phones_are_enough(settings):
    assert "voice2fa.E080" not in ids(settings)
