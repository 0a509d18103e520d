"""Settings of the vault that make no sense are told by `manage.py check`."""

import pytest

from config.checks import fetching_is_bounded


def found(settings, **values):
    for name, value in values.items():
        setattr(settings, name, value)
    return [message.id for message in fetching_is_bounded()]


@pytest.mark.parametrize(
    "values",
    [
        {},
        {"FETCH_ALLOWED_NETWORKS": ["10.1.0.0/16", "fd00::/8"]},
        {"ARCHIVE_LOOKUP": "https://archive.example/?url={url}"},
    ],
)
def test_sound_settings_pass(settings, values):
    assert found(settings, **values) == []


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"FETCH_ALLOWED_NETWORKS": ["10.1.0.1/16"]}, "butfor.E005"),
        ({"FETCH_ALLOWED_NETWORKS": ["localhost"]}, "butfor.E005"),
        ({"FETCH_SECONDS": 0}, "butfor.E006"),
        ({"FETCH_BYTES": 0}, "butfor.E006"),
        ({"ARCHIVE_LOOKUP": "https://archive.example/"}, "butfor.E007"),
        ({"ARCHIVE_LOOKUP": "archive.example/{url}"}, "butfor.E007"),
    ],
)
def test_other_settings_are_told(settings, values, message):
    assert found(settings, **values) == [message]
