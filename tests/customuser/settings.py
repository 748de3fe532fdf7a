"""The test site with a user model that has neither a username nor a number for a key."""

from tests.settings import *  # noqa: F403 - the same site but for what follows
from tests.settings import DATABASES, INSTALLED_APPS

INSTALLED_APPS = [*INSTALLED_APPS, "tests.customuser"]
AUTH_USER_MODEL = "customuser.Member"
if DATABASES["default"]["ENGINE"].endswith("postgresql"):
    # Not that of the tests which run beside these.
    DATABASES["default"]["TEST"] = {"NAME": "test_voice2fa_members"}
