"""Dates and instants."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from regulars.groundwork.kernel.tables.moments import Order, find_day_order, instant_of, moment_reader, seconds_reader
from regulars.groundwork.kernel.tables.problems import BadCell

BERLIN = ZoneInfo("Europe/Berlin")

COLUMNS = [
    (["2024-03-04", "20240304"], "dmy", True),
    (["13/04/2024", "01/02/2024"], "dmy", True),
    (["04/13/2024", "01/02/2024"], "mdy", True),
    (["03.04.2024"], "dmy", True),
    (["03/04/2024", "05/06/2024"], "dmy", False),
    (["13/04/2024", "25/04/2024", "04/13/2024"], "dmy", False),
    (["03/03/2024"], "dmy", True),
    (["x", ""], "dmy", True),
]


@pytest.mark.parametrize(("cells", "order", "sure"), COLUMNS)
def test_a_columns_sample_decides_day_and_month(cells: list[str], order: str, sure: bool) -> None:
    finding = find_day_order(cells)
    assert (finding.order, finding.sure) == (order, sure)


def test_spreadsheet_serials_are_seen_only_when_the_column_is_made_of_them() -> None:
    assert find_day_order(["45383", "45384.5", "45385"]).serial
    assert not find_day_order(["45383", "2024-01-02", "2024-01-03"]).serial


CELLS = [
    ("dmy", "2024-01-02", "2024-01-01T23:00:00Z"),
    ("dmy", "2024-01-02 03:04", "2024-01-02T02:04:00Z"),
    ("dmy", "2024-01-02T03:04:05Z", "2024-01-02T03:04:05Z"),
    ("dmy", "2024-01-02T03:04:05+05:30", "2024-01-01T21:34:05Z"),
    ("dmy", "19970101", "1996-12-31T23:00:00Z"),
    ("dmy", "20240102030405", "2024-01-02T02:04:05Z"),
    ("dmy", "2024/7/1", "2024-06-30T22:00:00Z"),
    ("dmy", "3/4/2024", "2024-04-02T22:00:00Z"),
    ("mdy", "3/4/2024", "2024-03-03T23:00:00Z"),
    ("mdy", "3/4/2024 1:30 PM", "2024-03-04T12:30:00Z"),
    ("mdy", "3/4/2024 12:30am", "2024-03-03T23:30:00Z"),
    ("dmy", "31.12.24 23:59:59", "2024-12-31T22:59:59Z"),
    ("dmy", "31.12.97", "1997-12-30T23:00:00Z"),
    ("dmy", "45383", "2024-03-31T23:00:00Z".replace("03-31T23", "03-31T22")),
    ("dmy", "45383.5", "2024-04-01T10:00:00Z"),
    # D22: 02:30 does not exist on 31 March 2024 in Berlin, the next valid instant is 03:00 summer time.
    ("dmy", "2024-03-31 02:30", "2024-03-31T01:00:00Z"),
    # D22: 02:30 comes twice on 27 October 2024, the first one counts.
    ("dmy", "2024-10-27 02:30", "2024-10-27T00:30:00Z"),
]


@pytest.mark.parametrize(("order", "cell", "instant"), CELLS)
def test_moments_become_instants_in_utc(order: Order, cell: str, instant: str) -> None:
    assert moment_reader(order=order, zone=BERLIN, serial=True)(cell) == datetime.fromisoformat(instant)


REFUSED = [
    ("", "missing"),
    ("2024-02-30", "impossible_date"),
    ("30/02/2024", "impossible_date"),
    ("2024-13-01", "impossible_date"),
    ("13/13/2024", "impossible_date"),
    ("1/1/2024 25:00", "impossible_date"),
    ("1/1/2024 13:00 pm", "impossible_date"),
    ("0001-01-01", "year_out_of_range"),
    ("9999-12-31", "year_out_of_range"),
    ("1/1/0024", "year_out_of_range"),
    ("yesterday", "not_a_date"),
    ("12:30", "not_a_date"),
    ("45383", "not_a_date"),
    ("1/2-2024", "not_a_date"),
]


@pytest.mark.parametrize(("cell", "code"), REFUSED)
def test_what_the_calendar_lacks_is_refused(cell: str, code: str) -> None:
    with pytest.raises(BadCell) as refused:
        moment_reader(order="dmy", zone=BERLIN)(cell)
    assert refused.value.code == code


@given(
    st.datetimes(datetime(1950, 1, 1), datetime(2099, 12, 31)),
    st.sampled_from(["Europe/Berlin", "Pacific/Auckland", "America/Sao_Paulo", "Asia/Kolkata", "Africa/Casablanca", "Australia/Lord_Howe"]),
)
def test_the_quick_clock_agrees_with_the_careful_one(local: datetime, name: str) -> None:
    zone = ZoneInfo(name)
    local = local.replace(microsecond=0)
    instant = moment_reader(order="dmy", zone=zone)(local.isoformat())
    assert instant == instant_of(local, zone)
    if (back := instant.astimezone(zone).replace(tzinfo=None)) != local:
        assert back > local  # only a skipped time may come back as another, later one
        assert instant.tzinfo is UTC


@given(st.text(max_size=30))
def test_no_text_breaks_the_reader(cell: str) -> None:
    try:
        moment_reader(order="mdy", zone=BERLIN, serial=True)(cell)
    except BadCell:
        pass
    find_day_order([cell])


@given(
    day=st.sampled_from(["2024-01-02", "2024-03-31", "2024-10-27", "2024-02-30", "1800-01-01", "20x4-01-02"]),
    mark=st.sampled_from([" ", "T", "x"]),
    clock=st.one_of(
        st.from_regex(r"[0-2]\d[:.][0-6]\d[:.][0-6]\d", fullmatch=True),
        st.sampled_from(["+1:02:03", "1 :02:03", "٠١:٠٢:٠٣", "24:00:00", "02:30:00"]),
    ),
)
def test_the_quick_way_reads_what_the_careful_one_reads(day: str, mark: str, clock: str) -> None:
    cell = f"{day}{mark}{clock}"
    quick, careful = seconds_reader(order="dmy", zone=BERLIN), moment_reader(order="dmy", zone=BERLIN)
    try:
        expected = int(careful(cell).timestamp())
    except BadCell:
        with pytest.raises(BadCell):
            quick(cell)
    else:
        assert quick(cell) == expected
