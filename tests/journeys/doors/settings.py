"""The test site with the doors that other packages build into a site, each as its documentation says."""

from tests.settings import *  # noqa: F403
from tests.settings import INSTALLED_APPS, MIDDLEWARE

ROOT_URLCONF = "tests.journeys.doors.urls"
INSTALLED_APPS = list(
    dict.fromkeys([*INSTALLED_APPS, "axes", "rest_framework", "rest_framework.authtoken", "knox"])
)
MIDDLEWARE = [*MIDDLEWARE, "axes.middleware.AxesMiddleware"]
AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "voice2fa.backends.VoiceBackend",
    "django.contrib.auth.backends.ModelBackend",
]
LOGIN_REDIRECT_URL = "/members/"
REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "rest_framework.authentication.BasicAuthentication",
        "rest_framework.authentication.SessionAuthentication",
        "rest_framework.authentication.TokenAuthentication",
        "rest_framework_simplejwt.authentication.JWTAuthentication",
    ]
}
AXES_FAILURE_LIMIT = 10**6  # the doors are to be tried, not the patience; one test sets its own
AXES_VERBOSE = False
