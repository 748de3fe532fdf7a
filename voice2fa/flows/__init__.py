"""The use cases, named by verbs. Surfaces ask; flows check, act, announce and return."""
