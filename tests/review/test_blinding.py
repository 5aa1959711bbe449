"""Blinded reading: nothing leaks, nobody mixes two ways of reading, unblinding is a step."""

import csv
from pathlib import Path

import pytest

from oiscan.cli import main
from oiscan.errors import ConfigError
from oiscan.review.blinding import BEGAN, UNBLINDED, codes, still_blinded
from oiscan.review.cases import Results
from oiscan.review.checks.study import write_study
from oiscan.review.checks.trial import Browser, Witness, check_trial, noise
from oiscan.review.desk import Terms
from oiscan.review.double import accepted_sheets, calls, disagreements
from oiscan.review.opening import open_desk
from tests.review.study import at, do, first, kept, made, undo

ACCEPT = {"kind": "accept"}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return made(tmp_path, children=3, visits=2)


def test_a_trial_read_twice_leaks_nothing_and_agrees_as_its_noise_says(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("oiscan.evaluation.bootstrap.DRAWS", 20)
    told = check_trial(tmp_path, children=4, visits=2, seed=3)
    assert told["leaks"] == [] and told["files_changed"] == [] and not told["same_order"]
    assert told["disagreements"]["found"] > 5
    assert (told["disagreements"]["missed"], told["disagreements"]["made_up"]) == (0, 0)
    assert told["answers"] > 8 * 2 * 3 and told["passed"]
    results, said = tmp_path / "results", ""
    for command in ("disagreements", "agreement"):
        with pytest.raises(SystemExit):
            main(["readings", command, str(results)])
        said += capsys.readouterr().out
    files = list(csv.DictReader((results / "private" / "files.csv").read_text().splitlines()))
    hidden = {row[name] for row in files for name in ("scan_id", "subject", "patient_id", "scan_date", "birth_date")}
    assert said.count("C-") > 5 and not [word for word in {*hidden, "PLACEBO", "ZOLEDRONATE"} if word in said]


def test_the_search_for_leaks_finds_what_an_open_reading_shows(folder: Path) -> None:
    subject, day = next(iter(Results(folder).people.values()))
    witness = Witness((subject,))
    witness.see(Browser(folder, Terms("A")).get("/api/worklist"))
    assert day is not None and {"/api/worklist: subject", "/api/worklist: day"} <= set(witness.leaks)
    assert f"/api/worklist: {subject}" in witness.leaks


def test_the_noise_of_a_simulated_reader_is_a_chance_for_every_grade() -> None:
    assert noise().sum(1) == pytest.approx(1)
    assert noise()[0].tolist() == pytest.approx([0.85, 0.11, 0, 0, 0.04])
    assert noise()[1].tolist() == pytest.approx([0.055, 0.85, 0.055, 0, 0.04])


def test_codes_are_the_same_for_all_and_orders_are_not(folder: Path) -> None:
    lists = [[case.code for case in at(folder, reader, blinded=True).cases] for reader in ("A", "A", "B", "C")]
    assert lists[0] == lists[1] and len({tuple(one) for one in lists}) == 3
    assert {tuple(sorted(one)) for one in lists} == {tuple(code for code, *_ in codes(Results(folder)))}
    other = write_study(folder.parent / "other", 3, 2).folder
    assert {case.code for case in at(other, blinded=True).cases} & set(lists[0]) == set()  # another key


def test_a_blinded_case_shows_no_doubt_of_the_model_and_no_other_scan(folder: Path) -> None:
    desk = at(folder, blinded=True)
    case = desk.case(first(desk))
    assert case["others"] == [] and case["notes"] == [] and case["title"] == first(desk)
    assert {one["grade_probabilities"] for one in case["vertebrae"]} == {()}
    line = desk.worklist()["cases"][0]
    assert set(line) == {"case", "title", "view", "status", "worst_grade", "disagreement"}
    assert line["worst_grade"] is None


def test_a_reader_never_reads_both_ways(folder: Path) -> None:
    at(folder, "A", blinded=True)
    at(folder, "A")  # nothing was read yet
    do(at(folder, "A", blinded=True), first(at(folder, "A", blinded=True)), ACCEPT)
    with pytest.raises(ConfigError, match="has read here blinded already"):
        at(folder, "A")
    open_desk = at(folder, "B")
    do(open_desk, first(open_desk), ACCEPT)
    with pytest.raises(ConfigError, match="has read here without blinding already"):
        at(folder, "B", blinded=True)


def test_pictures_with_text_are_never_shown_blinded(folder: Path) -> None:
    with pytest.raises(ConfigError, match="no picture that may hold text"):
        open_desk(folder, Terms("A", blinded=True), allow_burned_in_text=True)


def test_after_unblinding_nobody_reads_blinded(folder: Path) -> None:
    desk = at(folder, blinded=True)
    do(desk, first(desk), ACCEPT)
    store = kept(folder)
    assert still_blinded(store, store.all_rows())
    store.note_step("the trial's statistician", UNBLINDED)
    assert not still_blinded(store, store.all_rows())
    assert [(who, what) for _, who, what, _ in store.steps()] == [("A", BEGAN), ("the trial's statistician", UNBLINDED)]
    for reader in ("A", "B"):
        with pytest.raises(ConfigError, match="were unblinded"):
            at(folder, reader, blinded=True)


def test_disagreements_are_a_grade_or_whether_a_vertebra_is_seen_or_read(folder: Path) -> None:
    one, other = at(folder, "A"), at(folder, "B")
    code = first(one)
    grades = [v["grade"] for v in one.case(code)["vertebrae"]]
    do(one, code, {"kind": "overrule", "id": "m0", "grade": (grades[0] + 1) % 4, "why": "x"},
       {"kind": "unreadable", "id": "m2", "reason": "x"}, {"kind": "unreadable", "id": "m3", "reason": "x"},
       {"kind": "overrule", "id": "m4", "grade": grades[4], "why": "as measured"}, ACCEPT)  # fmt: skip
    do(other, code, {"kind": "unreadable", "id": "m3", "reason": "another"}, {"kind": "remove", "id": "m8"}, ACCEPT)
    found = disagreements(calls(accepted_sheets(kept(folder).all_rows())))
    assert [(str(d.level), d.readers, d.grades) for d in found] == [
        ("T8", ("A", "B"), ((grades[0] + 1) % 4, grades[0])),
        ("T10", ("A", "B"), (None, grades[2])),
        ("L4", ("A", "B"), (grades[8], None)),
    ]


def test_only_scans_both_accepted_are_compared(folder: Path) -> None:
    one, other = at(folder, "A"), at(folder, "B")
    do(one, first(one), {"kind": "unreadable", "id": "m0", "reason": "x"}, ACCEPT)
    do(other, first(other), {"kind": "note", "id": "m0", "text": "x"})
    assert disagreements(calls(accepted_sheets(kept(folder).all_rows()))) == []


def test_the_third_look_is_at_what_two_disagree_on_and_shows_neither(folder: Path) -> None:
    one, other = at(folder, "A", blinded=True), at(folder, "B", blinded=True)
    codes_read = [case.code for case in one.cases][:2]
    for code in codes_read:
        do(one, code, ACCEPT)
        do(other, code, {"kind": "unreadable", "id": "m0", "reason": "rib over it"}, ACCEPT)
        undone = code == codes_read[1] and undo(other, code) and do(other, code, ACCEPT)
    assert undone
    with pytest.raises(ConfigError, match="no scan to read a third time"):
        at(made(folder.parent / "other", 2, 1), "C", third=True)
    third = at(folder, "C", blinded=True, third=True)
    assert [case.code for case in third.cases] == codes_read[:1]
    assert third.worklist()["cases"][0]["disagreement"]
    assert "rib over it" not in str(third.case(codes_read[0]))
    do(third, codes_read[0], ACCEPT)
    assert [case.code for case in at(folder, "C", blinded=True, third=True).cases] == codes_read[:1]
