"""What every reply of the site carries along."""

from django.conf import settings


def content_security_policy(get_response):
    """Allow nothing but our own files, and in the demonstration a frame of the emulator."""
    policy = "default-src 'self'; img-src 'self' data:; "
    policy += "base-uri 'none'; form-action 'self'; object-src 'none'; "
    if settings.DEMO:
        policy += f"frame-src 'self' {settings.EMULATOR_URL}; frame-ancestors 'self'"
    else:
        policy += "frame-ancestors 'none'"

    def add_policy(request):
        response = get_response(request)
        response.headers.setdefault("Content-Security-Policy", policy)
        return response

    return add_policy
