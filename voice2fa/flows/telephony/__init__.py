"""The call of an attempt: what it says, and how it is ordered, believed, steered and ended."""
