"""Adapters to the carriers that place our calls."""
