from django.apps import AppConfig


class WiresConfig(AppConfig):
    name = "wires"
    verbose_name = "Archive"

    def ready(self) -> None:
        from wires import vectors  # noqa: F401 - registers a system check
