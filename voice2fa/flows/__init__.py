"""The use cases, named by verbs. Surfaces ask; flows check, act, announce and return.

Here lie the use cases themselves. They stand on ``telephony`` (the call), ``presence`` (what a login leaves
behind) and ``account`` (its history and mails), and all of these on ``attempts`` (who asks for what, and
whether it may be).
"""
