"""The rules of a verification by phone call: plain Python, no Django, no I/O, no clock and no dice."""
