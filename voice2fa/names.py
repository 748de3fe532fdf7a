"""Names that people give to their phones."""

from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator

from .core.speakable import is_visible


def check_name(name: str) -> None:
    """Raise ``ValidationError`` for a name that shows nothing, or turns the text that stands around it."""
    if not is_visible(name):
        raise ValidationError(RegexValidator.message, code="invalid")
