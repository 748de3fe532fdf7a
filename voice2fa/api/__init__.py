"""The flows as JSON, for single-page and mobile clients: ``path("api/", include("voice2fa.api.urls"))``."""
