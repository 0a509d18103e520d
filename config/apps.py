from django.apps import AppConfig


class ConfigConfig(AppConfig):
    name = "config"
    verbose_name = "Site"

    def ready(self) -> None:
        from config import checks  # noqa: F401 - registers the system checks
        from config.celery import app

        app.set_default()  # tasks are queued by this app from every process
