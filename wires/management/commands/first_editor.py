import secrets
from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand
from django.db import transaction

from wires.models import User
from wires.models.user import Role

NAME = "editor"


class Command(BaseCommand):
    help = "Make the first real editor with a password that works once, and print it."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--reset", action="store_true", help="give that editor a new one")

    @transaction.atomic
    def handle(self, *, reset: bool, **_: Any) -> None:
        self.stdout.write(f"admin {settings.SITE_URL}/admin/")
        people = User.objects.filter(is_staff=True, is_demonstration=False)
        user = people.filter(username=NAME).first()
        if people.exists() and not (reset and user):
            if user and user.must_change_password:
                self.stdout.write(
                    f"sign in as {NAME} with the one-time password printed at the first start; "
                    "lost it? python manage.py first_editor --reset"
                )
            return
        user = user or User(username=NAME, is_staff=True)
        password = secrets.token_urlsafe(12)
        user.set_password(password)
        user.must_change_password = True
        user.save()
        user.join(Role.EDITOR, Role.SENIOR, Role.ADMINISTRATOR)
        self.stdout.write(f"sign in as {NAME} with the one-time password {password}")
