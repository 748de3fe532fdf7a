"""Calls through Bandwidth's Voice API v2 and BXML."""

from .provider import BandwidthProvider

__all__ = ["BandwidthProvider"]
