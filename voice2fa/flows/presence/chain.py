"""Where our backend stands among those that Django asks: some keep watch before it, some come after."""

from django.conf import settings
from django.utils.module_loading import import_string


def before_ours() -> list[str]:
    """Return the backends that Django asks before ours; none where ours is not listed."""
    places = _places_of_ours()
    return list(settings.AUTHENTICATION_BACKENDS)[: places[0]] if places else []


def after_ours() -> list[str]:
    """Return the other backends that Django would ask after ours."""
    places = _places_of_ours()
    later = range(places[0] + 1, len(settings.AUTHENTICATION_BACKENDS)) if places else range(0)
    return [settings.AUTHENTICATION_BACKENDS[place] for place in later if place not in places]


def _places_of_ours() -> list[int]:
    paths = settings.AUTHENTICATION_BACKENDS
    return [place for place, path in enumerate(paths) if getattr(import_string(path), "takes_tickets", False)]
