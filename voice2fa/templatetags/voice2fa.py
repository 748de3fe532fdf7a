"""``{% load voice2fa %}``: what a site's own pages may show of ours."""

from typing import Any

from django import template
from django.utils import timezone

from voice2fa.flows import grace

register = template.Library()


@register.inclusion_tag("voice2fa/first_phone_notice.html", takes_context=True)
def first_phone_notice(context: template.Context) -> dict[str, Any]:
    """Show from which day on whoever is logged in needs a phone; nothing to whom that is no news."""
    user = context.get("user")
    if user is None or not user.is_authenticated:
        return {}
    return {"phone_day": grace.phone_day(user, now=timezone.now())}
