"""Which number calls, and under which name: by the first digits called, by country, or the usual one."""

import pytest
from bandwidth import CreateCall

from voice2fa.providers.bandwidth import BandwidthProvider
from voice2fa.providers.base import MachineDetection

from .samples import bandwidth_options, make_order

NUMBERS = {"GB": "+442045550100", "US": "+12025550101", "+1907": "+19075550102", "+190755": "+19075550103"}


@pytest.fixture
def provider():
    made = BandwidthProvider(bandwidth_options(FROM_NUMBERS=NUMBERS))
    yield made
    made.close()


@pytest.mark.parametrize(
    ("number", "region", "caller"),
    [
        ("+442079460123", "GB", "+442045550100"),
        ("+12025550145", "US", "+12025550101"),
        ("+19072550145", "US", "+19075550102"),
        ("+19075550145", "US", "+19075550103"),
        ("+33142685300", "FR", "+12025550100"),
        ("+88212345678", "", "+12025550100"),
        ("+881612345678", "001", "+12025550100"),
    ],
)
def test_the_longest_prefix_decides_then_the_country_then_the_usual_number(provider, number, region, caller):
    assert provider.caller_for(number, region=region) == caller
    assert provider.caller == "+12025550100"


def test_without_the_option_the_usual_number_calls_everybody(bandwidth):
    assert bandwidth.caller_for("+442079460123", region="GB") == bandwidth.caller


def test_the_country_is_that_of_the_number_and_not_of_its_code(provider):
    assert provider.caller_for("+14165550123", region="CA") == "+12025550100"


def problems(**numbers):
    return BandwidthProvider.check(bandwidth_options(FROM_NUMBERS=numbers))


@pytest.mark.parametrize("numbers", [{}, NUMBERS, {"+1": "+12025550101"}])
def test_countries_and_first_digits_are_fine(numbers):
    assert problems(**numbers) == []


@pytest.mark.parametrize(
    "key", ["UK", "gb", "GBR", "", "1907", "+", "+0", "+1 907", "001", "+" + "1" * 16, "+1٣"]
)
def test_a_key_that_names_no_destination_is_told_how_to_write_one(key):
    (problem,) = problems(**{key: "+442045550100"})
    assert (problem.id, problem.is_error) == ("voice2fa.E120", True)
    assert repr(key) in problem.message
    assert "'GB'" in problem.hint
    assert "'+1907'" in problem.hint


@pytest.mark.parametrize("number", ["", "02045550100", "+44 20 4555 0100", "+44", "Bank", "+442045550100\n"])
def test_a_value_that_is_no_number_is_told_for_which_key(number):
    (problem,) = problems(GB=number, US="+12025550101")
    assert (problem.id, problem.is_error) == ("voice2fa.E120", True)
    assert "'GB'" in problem.message


# What goes over the wire


def test_the_order_carries_the_name_that_phones_may_show(connect):
    sink, provider = connect(DISPLAY_NAME="Example Bank")
    provider.place_call(make_order(caller="+442045550100"))
    assert sink.orders[0].json["displayName"] == "Example Bank"
    assert sink.orders[0].json["from"] == "+442045550100"


@pytest.mark.parametrize("detection", list(MachineDetection))
def test_the_official_library_takes_the_order_field_for_field(connect, detection):
    sink, provider = connect(DISPLAY_NAME="B" * 256, PRIORITY=5, CALLBACK_TIMEOUT=25)
    provider.place_call(make_order(ring_seconds=300, machine_detection=detection))
    order = sink.orders[0].json
    assert order.keys() <= {field.alias or name for name, field in CreateCall.model_fields.items()}
    assert CreateCall.from_dict(order).display_name == "B" * 256
