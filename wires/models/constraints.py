"""Constraint shapes that many tables share."""

from collections.abc import Iterable

from django.db.models import CheckConstraint, Q


def known(field: str, values: Iterable[str], name: str) -> CheckConstraint:
    """Refuse a word that is not in the list; `choices` alone only guards forms."""
    return CheckConstraint(condition=Q(**{f"{field}__in": list(values)}), name=name)


def together(name: str, *fields: str) -> CheckConstraint:
    """Nullable fields that are set all at once or not at all."""
    none = Q(**{f"{field}__isnull": True for field in fields})
    every = Q(**{f"{field}__isnull": False for field in fields})
    return CheckConstraint(condition=none | every, name=name)
