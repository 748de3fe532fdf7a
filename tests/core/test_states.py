import pytest

from voice2fa.core.errors import Code, Refusal
from voice2fa.core.states import FINAL, LIVE, Happening, State, advance, sources, target

# A copy by hand of the table in the design: what is not in it must be refused.
TABLE = """
             placed   answered  approved  denied  reported  unreachable  too_many_tries  time_up  cancelled
pending      dialing  answered  -         -       -         unreachable  -               expired  cancelled
dialing      -        answered  -         -       -         unreachable  -               expired  cancelled
answered     -        answered  approved  denied  reported  unreachable  locked          expired  cancelled
approved     -        -         -         -       -         -            -               -        -
denied       -        -         -         -       -         -            -               -        -
reported     -        -         -         -       -         -            -               -        -
unreachable  -        -         -         -       -         -            -               -        -
locked       -        -         -         -       -         -            -               -        -
expired      -        -         -         -       -         -            -               -        -
cancelled    -        -         -         -       -         -            -               -        -
"""
HEADER, *ROWS = (line.split() for line in TABLE.strip().splitlines())
CELLS = [(row[0], happening, cell) for row in ROWS for happening, cell in zip(HEADER, row[1:], strict=True)]


def test_the_table_has_a_row_for_each_state_and_a_column_for_each_happening():
    assert [row[0] for row in ROWS] == list(State)
    assert list(Happening) == HEADER


@pytest.mark.parametrize(("state", "happening", "follows"), CELLS)
def test_each_cell_of_the_table_holds(state, happening, follows):
    if follows == "-":
        with pytest.raises(Refusal) as caught:
            advance(State(state), Happening(happening))
        assert caught.value.code is Code.ILLEGAL_TRANSITION
    else:
        assert advance(State(state), Happening(happening)) is State(follows)


@pytest.mark.parametrize("happening", Happening)
def test_the_sources_of_a_happening_are_the_filled_cells_of_its_column(happening):
    filled = {state for state, column, cell in CELLS if column == happening and cell != "-"}
    assert sources(happening) == filled


@pytest.mark.parametrize("happening", Happening)
def test_a_happening_leads_to_one_state_wherever_it_is_possible(happening):
    assert {target(happening)} == {cell for _, column, cell in CELLS if column == happening and cell != "-"}


def test_approval_comes_from_an_answered_call_alone():
    assert sources(Happening.APPROVED) == {State.ANSWERED}


def test_every_state_is_either_live_or_final():
    assert {"pending", "dialing", "answered"} == LIVE
    assert set(State) - LIVE == FINAL
