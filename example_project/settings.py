"""Settings of the example site, all of them from the environment; ``.env.example`` lists the variables."""

from pathlib import Path

import django
import environ

FOLDER = Path(__file__).resolve().parent
env = environ.Env()
DEMO = env.bool("DEMO", False)  # set by `make demo`, which wants nothing from a .env
if not DEMO:
    env.read_env(FOLDER / ".env")

# The site

DEBUG = env.bool("DEBUG", False)
SECRET_KEY = env.str("SECRET_KEY", "for-development-only-" + "x" * 40 if DEBUG else "")
SECRET_KEY_FALLBACKS = env.list("SECRET_KEY_FALLBACKS", default=[])
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=["localhost", "127.0.0.1", "[::1]"] if DEBUG else [])
CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", default=[])
ROOT_URLCONF = "example_project.urls"
WSGI_APPLICATION = "example_project.wsgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
LANGUAGE_CODE = "en"
# Those that voice2fa is translated into: its pages can be read, and its calls held, in each of them.
LANGUAGES = [
    *(("en", "English"), ("es", "Spanish"), ("fr", "French"), ("de", "German"), ("it", "Italian")),
    *(("pt", "Portuguese"), ("nl", "Dutch"), ("da", "Danish"), ("ja", "Japanese"), ("ru", "Russian")),
    *(("ar", "Arabic"), ("zh-hans", "Chinese")),
]
TIME_ZONE = env.str("TIME_ZONE", "UTC")
USE_TZ = True

INSTALLED_APPS = [
    "example_project",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.messages",
    "django.contrib.sessions",
    "django.contrib.staticfiles",
    "django_otp",
    "django_otp.plugins.otp_totp",
    "voice2fa",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "example_project.middleware.content_security_policy",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django_otp.middleware.OTPMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        # Before the apps' own templates: our voice2fa/base.html puts the pages of voice2fa into our frame.
        "DIRS": [FOLDER / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "example_project.views.demonstration",
            ]
        },
    }
]
STATIC_URL = "static/"
# `manage.py collectstatic` gathers everything here; let your web server (or WhiteNoise) serve it.
STATIC_ROOT = env.str("STATIC_ROOT", str(FOLDER / "staticfiles"))

DATABASES = {"default": env.db_url("DATABASE_URL", default=f"sqlite:///{FOLDER / 'db.sqlite3'}")}
if DATABASES["default"]["ENGINE"] == "django.db.backends.sqlite3":
    # Callbacks, pages and the threads that place calls write at the same time: queue up rather than fail.
    DATABASES["default"]["OPTIONS"] = {
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;",
    }

# People

AUTHENTICATION_BACKENDS = ["voice2fa.backends.VoiceBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in (
        "UserAttributeSimilarityValidator",
        "MinimumLengthValidator",
        "CommonPasswordValidator",
        "NumericPasswordValidator",
    )
]
LOGIN_URL = "voice2fa:login"
LOGIN_REDIRECT_URL = "account"
LOGOUT_REDIRECT_URL = "home"
OTP_TOTP_ISSUER = "Harbour Bank"

# E-mail: it proves first phones, and tells people of changes. In development it is shown in the terminal.

EMAIL_URL = env.str("EMAIL_URL", "")
if DEBUG and not EMAIL_URL:
    MAIL = {"EMAIL_BACKEND": "example_project.mails.TerminalBackend"}
else:
    MAIL = env.email_url_config(EMAIL_URL or "smtp://localhost:25")
DEFAULT_FROM_EMAIL = env.str("DEFAULT_FROM_EMAIL", "Harbour Bank <bank@example.com>")
if django.VERSION < (6, 1):
    globals().update(MAIL)
else:
    MAIL_OPTIONS = {
        "EMAIL_HOST": "host",
        "EMAIL_PORT": "port",
        "EMAIL_HOST_USER": "username",
        "EMAIL_HOST_PASSWORD": "password",
        "EMAIL_USE_TLS": "use_tls",
        "EMAIL_USE_SSL": "use_ssl",
    }
    MAILERS = {
        "default": {
            "BACKEND": MAIL["EMAIL_BACKEND"],
            "OPTIONS": {MAIL_OPTIONS[name]: MAIL[name] for name in MAIL_OPTIONS if MAIL.get(name)},
        }
    }

# Safety: everything is on unless DEBUG is; each can be switched by itself.

SECURE_SSL_REDIRECT = env.bool("SECURE_SSL_REDIRECT", not DEBUG)
SECURE_HSTS_SECONDS = env.int("SECURE_HSTS_SECONDS", 0 if DEBUG else 31_536_000)
SECURE_HSTS_INCLUDE_SUBDOMAINS = env.bool("SECURE_HSTS_INCLUDE_SUBDOMAINS", not DEBUG)
SECURE_HSTS_PRELOAD = env.bool("SECURE_HSTS_PRELOAD", not DEBUG)
SESSION_COOKIE_SECURE = env.bool("SESSION_COOKIE_SECURE", not DEBUG)
CSRF_COOKIE_SECURE = env.bool("CSRF_COOKIE_SECURE", not DEBUG)
LANGUAGE_COOKIE_SECURE = env.bool("LANGUAGE_COOKIE_SECURE", not DEBUG)
LANGUAGE_COOKIE_SAMESITE = "Lax"
BEHIND_TLS_PROXY = env.bool("BEHIND_TLS_PROXY", False)
if BEHIND_TLS_PROXY:  # only behind a proxy that sets, or strips, this header itself
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
# The demonstration shows the site in a frame of its own page.
X_FRAME_OPTIONS = "SAMEORIGIN" if DEMO else "DENY"

# Phone calls

PHONENUMBER_DEFAULT_REGION = "US"
PORT = env.int("PORT", 8000)
EMULATOR_URL = f"http://127.0.0.1:{env.int('EMULATOR_PORT', 8001)}"
PROVIDERS = {
    "bandwidth": "voice2fa.providers.bandwidth.BandwidthProvider",
    "console": "voice2fa.providers.console.ConsoleProvider",
    "memory": "voice2fa.providers.memory.MemoryProvider",
}
# What `python -m voice2fa.emulator` accepts; used in development until an account or an address is named.
EMULATED_CARRIER = {
    "ACCOUNT_ID": "9900000",
    "APPLICATION_ID": "00000000-0000-4000-8000-000000000001",
    "FROM_NUMBER": "+12025550100",
    "CLIENT_ID": "emulator",
    "CLIENT_SECRET": "emulator-secret",
    "BASE_URL": f"{EMULATOR_URL}/api/v2",
    "TOKEN_URL": f"{EMULATOR_URL}/api/v1/oauth2/token",
    "CALLBACK_SECRETS": ["for-calls-on-this-machine-only-and-nowhere-else"],
}
CARRIER_READERS = {
    **dict.fromkeys(["ACCOUNT_ID", "APPLICATION_ID", "FROM_NUMBER", "CLIENT_ID", "CLIENT_SECRET"], env.str),
    **dict.fromkeys(["BASE_URL", "TOKEN_URL", "DISPLAY_NAME", "GENDER"], env.str),
    **dict.fromkeys(["FROM_NUMBERS", "VOICES"], env.json),
    "CALLBACK_SECRETS": env.list,
}
SETTING_READERS = {
    **dict.fromkeys(["SITE_NAME", "LOGIN_METHOD", "ENROL_METHOD", "APPROVE_KEY", "CALL_CONTROL"], env.str),
    **dict.fromkeys(["REQUIRED_FOR", "GRACE_UNTIL", "FIRST_PHONE_PROOF", "MACHINE_DETECTION"], env.str),
    **dict.fromkeys(["CODE_LENGTH", "LIFETIME", "RING_SECONDS", "MAX_TRIES", "MAX_FAILURES"], env.int),
    **dict.fromkeys(["COOL_DOWN", "PHONES_PER_USER", "ACCOUNTS_PER_NUMBER", "REMEMBER_DAYS"], env.int),
    **dict.fromkeys(["MAX_CALLS", "TRUSTED_PROXIES", "WORKERS", "EXTENSION_WAIT"], env.int),
    **dict.fromkeys(["SPEECH_RATE", "CALL_IN", "API_ISSUER"], env.str),
    **dict.fromkeys(["CALL_LIMITS", "SPOKEN_INSTEAD", "RECORDINGS"], env.json),
    **dict.fromkeys(["ALLOWED_REGIONS", "FIRST_FACTOR_BACKENDS"], env.list),
    "REMEMBER_STAFF": env.bool,
}


# Those that are no keys of VOICE2FA themselves.
OTHERS = {"PUBLIC_URL", "PROVIDER", *CARRIER_READERS}


def read_given(readers):
    """Return what the VOICE2FA_ variables say, by name without the prefix; empty ones say nothing."""
    return {name: read_variable(name, read) for name, read in readers.items() if given(name)}


def given(name):
    return env.str(f"VOICE2FA_{name}", "")


def read_variable(name, read):
    """Return the value of a variable; what cannot be read stays text, of which a check says what to write."""
    try:
        return read(f"VOICE2FA_{name}")
    except ValueError:
        return given(name)


def read_misspelt():
    """Return the variables that nobody reads: a check says which key each may have been meant for."""
    names = {name.removeprefix("VOICE2FA_") for name in env.ENVIRON if name.startswith("VOICE2FA_")}
    return {name: given(name) for name in names - SETTING_READERS.keys() - OTHERS if given(name)}


def read_provider():
    """Return PROVIDER: the class named in the environment, and the options of its carrier."""
    name = env.str("VOICE2FA_PROVIDER", "bandwidth")
    if name != "bandwidth":
        return {"BACKEND": PROVIDERS.get(name, name)}
    options = read_given(CARRIER_READERS)
    # The emulator's secrets are public: a site in production never falls back to them.
    if DEBUG and not {"ACCOUNT_ID", "BASE_URL"} & options.keys():
        options = EMULATED_CARRIER | options
    return {"BACKEND": PROVIDERS[name], "OPTIONS": options}


VOICE2FA = {
    "PUBLIC_URL": env.str("VOICE2FA_PUBLIC_URL", f"http://127.0.0.1:{PORT}"),
    "PROVIDER": read_provider(),
    "SITE_NAME": "Harbour Bank",
    "TRUSTED_PROXIES": 1 if BEHIND_TLS_PROXY else 0,
    "REMEMBER_DAYS": 30,
    # The carrier has no voice for Portuguese: whoever chooses it is told so, and hears this.
    "SPOKEN_INSTEAD": {"pt": "es"},
    **read_given(SETTING_READERS),
    **read_misspelt(),
}

# Logs

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "{asctime} {levelname} {name}: {message}", "style": "{"}},
    "handlers": {"terminal": {"class": "logging.StreamHandler", "formatter": "line"}},
    "loggers": {
        "voice2fa": {"handlers": ["terminal"], "level": env.str("LOG_LEVEL", "INFO"), "propagate": False},
        # Waiting pages ask for news every second, and the carrier shows credentials only after a first 401:
        # a line for each would drown the rest.
        "django.server": {"handlers": ["terminal"], "level": "ERROR", "propagate": False},
        "django.request": {"handlers": ["terminal"], "level": "ERROR", "propagate": False},
    },
}
