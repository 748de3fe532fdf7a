"""The test site with a user model of its own."""

from tests.settings import *  # noqa: F403 - the same site but for what follows
from tests.settings import DATABASES, INSTALLED_APPS

INSTALLED_APPS = [*INSTALLED_APPS, "tests.admin.people"]
AUTH_USER_MODEL = "people.Person"
if DATABASES["default"]["ENGINE"].endswith("postgresql"):
    # Not that of the tests which run beside these.
    DATABASES["default"]["TEST"] = {"NAME": "test_voice2fa_people"}
