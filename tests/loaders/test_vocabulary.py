"""What of a header's free text may be shown."""

import pytest

from oiscan.loaders.vocabulary import KNOWN_WORDS, plain_words


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("GE Healthcare", "GE Healthcare"),
        ("HOLOGIC, Inc.", "HOLOGIC Inc."),
        ("Discovery W (S/N85606)", "Discovery W"),
        ("Horizon A SN 300123 Whoknows", "Horizon A"),
        ("16.20.059", "16.20.059"),
        ("AP Spine L1-L4", "AP Spine L1-L4"),
        ("Left Ortho Knee", "Left Ortho Knee"),
        ("LVA for Mrs. Whoknows 12.03.1960", "LVA"),
        ("AP spine/Whoknows", "AP spine"),
        ("20230911", ""),
        ("12345", ""),
        ("1.2.840.113619.2.110", ""),
        ("MRN77889900", ""),
        ("Whoknows", ""),
        ("", ""),
    ],
)
def test_only_known_words_and_versions_are_kept(text: str, kept: str) -> None:
    assert plain_words(text) == kept


def test_known_words_are_compared_in_lower_case() -> None:
    assert {word for word in KNOWN_WORDS if word != word.casefold()} == set()
