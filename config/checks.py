"""Settings that can be wrong become `manage.py check` errors with an id."""

from ipaddress import ip_network
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, Warning, register  # noqa: A004


@register(Tags.security, deploy=True)
def site_url_is_https(**_: Any) -> list[CheckMessage]:
    if urlsplit(settings.SITE_URL).scheme == "https":
        return []
    hint = "Set SITE_URL to the public address, for example https://wires.example.org."
    return [Warning("The site's address is not https.", hint=hint, id="butfor.W001")]


@register()
def broker_is_known(**_: Any) -> list[CheckMessage]:
    if settings.CELERY_BROKER_URL.split(":")[0] in (
        "pgmq",
        "amqp",
        "amqps",
        "redis",
        "rediss",
    ):
        return []
    hint = "Leave BROKER_URL empty, or use amqp:// or redis://; other brokers lost tasks in tests."
    return [
        Error("BROKER_URL names a broker that is not supported.", hint=hint, id="butfor.E001")
    ]


@register()
def time_zone_is_utc(**_: Any) -> list[CheckMessage]:
    if settings.TIME_ZONE == "UTC" and settings.USE_TZ:
        return []
    return [Error("TIME_ZONE must be UTC: public dates are.", id="butfor.E002")]


@register()
def site_url_is_whole(**_: Any) -> list[CheckMessage]:
    parts = urlsplit(settings.SITE_URL)
    if parts.scheme in ("http", "https") and parts.netloc and not parts.path:
        return []
    hint = "Set SITE_URL like https://wires.example.org, without a path."
    return [Error(f"SITE_URL is {settings.SITE_URL!r}.", hint=hint, id="butfor.E003")]


@register()
def brake_is_a_share(**_: Any) -> list[CheckMessage]:
    if 0 < settings.BRAKE_SHARE <= 1 and settings.BRAKE_COUNT > 0:
        return []
    return [Error("The brake needs a share in (0, 1] and a positive count.", id="butfor.E004")]


@register()
def fetching_is_bounded(**_: Any) -> list[CheckMessage]:
    found: list[CheckMessage] = []
    for text in settings.FETCH_ALLOWED_NETWORKS:
        try:
            ip_network(text)
        except ValueError as error:
            hint = "Write networks with their length, with commas between, as 10.1.0.0/16."
            found.append(
                Error(f"FETCH_ALLOWED_NETWORKS: {error}.", hint=hint, id="butfor.E005")
            )
    if settings.FETCH_SECONDS <= 0 or settings.FETCH_BYTES <= 0:
        found.append(
            Error("FETCH_SECONDS and FETCH_MEGABYTES must be positive.", id="butfor.E006")
        )
    if settings.ARCHIVE_LOOKUP and not _can_be_asked(settings.ARCHIVE_LOOKUP):
        hint = "For example https://archive.org/wayback/available?url={url}."
        found.append(
            Error(
                "ARCHIVE_LOOKUP is no address with {url} in it.", hint=hint, id="butfor.E007"
            )
        )
    return found


def _can_be_asked(lookup: str) -> bool:
    return lookup.startswith(("https://", "http://")) and "{url}" in lookup
