"""The queue. The rows in PostgreSQL are the truth; the broker only wakes the worker."""

import os

from celery import Celery
from celery.platforms import set_pdeathsig
from celery.signals import beat_embedded_init

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

app = Celery("butfor")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
app.autodiscover_tasks(related_name="beat")


@beat_embedded_init.connect
def end_with_worker(**_: object) -> None:
    """Let the beat die with the worker that it is a part of, as its other processes do."""
    set_pdeathsig("SIGKILL")
