import pytest

from oiscan.followup.safety.criteria import Criterion, significant


@pytest.mark.parametrize(
    ("text", "criterion"),
    [
        ("> 11.5", Criterion(">", 11.5)),
        (">=1.25 ULN", Criterion(">=", 1.25, "ULN")),
        ("< LLN", Criterion("<", 1.0, "LLN")),
        ("<= 2 BASE", Criterion("<=", 2.0, "BASE")),
    ],
)
def test_a_criterion_is_read_and_written(text, criterion):
    assert Criterion.parse(text) == criterion
    assert Criterion.parse(str(criterion)) == criterion


@pytest.mark.parametrize("text", ["", "11.5", ">", "= 3", "> ULN 2", "> 11,5", "> -3", "> 3 XLN"])
def test_what_is_no_criterion_is_refused(text):
    with pytest.raises(ValueError, match="is no criterion"):
        Criterion.parse(text)


@pytest.mark.parametrize(
    ("sign", "holds"), [(">", (False, False, True)), (">=", (False, True, True)),
                        ("<", (True, False, False)), ("<=", (True, True, False))],
)  # fmt: skip
def test_below_on_and_above_the_edge(sign, holds):
    assert tuple(Criterion(sign, 2.0).holds(value, {}) for value in (1.99, 2.0, 2.01)) == holds


def test_a_limit_that_is_not_known_leaves_it_open():
    above = Criterion.parse("> 1.5 ULN")
    assert above.holds(4.0, {}) is None
    assert above.holds(4.0, {"ULN": float("nan")}) is None
    assert above.holds(4.0, {"ULN": 2.0}) is True


def test_the_noise_of_binary_arithmetic_does_not_cross_an_edge():
    noisy = 0.1 + 0.2
    assert noisy > 0.3
    assert Criterion(">", 0.3).holds(noisy, {}) is False
    assert Criterion.parse("> 1.1 ULN").holds(3.3, {"ULN": 3.0}) is False  # 1.1 x 3 is 3.3000000000000003
    assert significant(noisy) == 0.3
