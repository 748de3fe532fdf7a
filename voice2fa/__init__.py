"""Two-factor verification by phone call for Django."""

__version__ = "0.1.0"
