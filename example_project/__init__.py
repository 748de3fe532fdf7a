"""Harbour Bank: a site that one can log into by telephone without owning a telephone."""
