"""The state machine of a verification: ten states, nine happenings, one table."""

from enum import StrEnum

from .errors import Code, Refusal


class State(StrEnum):
    """Where a verification stands."""

    PENDING = "pending"
    DIALING = "dialing"
    ANSWERED = "answered"
    APPROVED = "approved"
    DENIED = "denied"
    REPORTED = "reported"
    UNREACHABLE = "unreachable"
    LOCKED = "locked"
    EXPIRED = "expired"
    CANCELLED = "cancelled"


class Happening(StrEnum):
    """What can befall a verification."""

    PLACED = "placed"
    ANSWERED = "answered"
    APPROVED = "approved"
    DENIED = "denied"
    REPORTED = "reported"
    UNREACHABLE = "unreachable"
    TOO_MANY_TRIES = "too_many_tries"
    TIME_UP = "time_up"
    CANCELLED = "cancelled"


LIVE = frozenset({State.PENDING, State.DIALING, State.ANSWERED})
FINAL = frozenset(State) - LIVE

_ANY_TIME = {
    Happening.UNREACHABLE: State.UNREACHABLE,
    Happening.TIME_UP: State.EXPIRED,
    Happening.CANCELLED: State.CANCELLED,
}
# The answer callback can overtake the reply that carries the call id: pending may go straight to answered.
TRANSITIONS: dict[State, dict[Happening, State]] = {
    State.PENDING: {
        Happening.PLACED: State.DIALING,
        Happening.ANSWERED: State.ANSWERED,
        **_ANY_TIME,
    },
    State.DIALING: {Happening.ANSWERED: State.ANSWERED, **_ANY_TIME},
    State.ANSWERED: {
        Happening.ANSWERED: State.ANSWERED,  # a repeated delivery
        Happening.APPROVED: State.APPROVED,
        Happening.DENIED: State.DENIED,
        Happening.REPORTED: State.REPORTED,
        Happening.TOO_MANY_TRIES: State.LOCKED,
        **_ANY_TIME,
    },
    **{state: {} for state in FINAL},
}


def advance(state: State, happening: Happening) -> State:
    """Return the state that follows, or raise ``Refusal(ILLEGAL_TRANSITION)``."""
    try:
        return TRANSITIONS[state][happening]
    except KeyError:
        raise Refusal(Code.ILLEGAL_TRANSITION) from None


def sources(happening: Happening) -> frozenset[State]:
    """Return the states in which the happening is possible, for the WHERE of a guarded update."""
    return frozenset(state for state, row in TRANSITIONS.items() if happening in row)


def target(happening: Happening) -> State:
    """Return the one state that the happening leads to, wherever it is possible."""
    (state,) = {row[happening] for row in TRANSITIONS.values() if happening in row}
    return state
