"""A door that only the clock uses: what happens because its time has come."""

from celery import shared_task

from wires import lifecycle


@shared_task
def publish_due() -> None:
    lifecycle.publish_due()
