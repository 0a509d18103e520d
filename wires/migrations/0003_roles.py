"""Roles are groups; what each may do is asked of `User.has_role`, so they need no permissions."""

from django.db import migrations

ROLES = ("reporter", "editor", "senior editor", "administrator")


def make(apps, schema_editor):
    group = apps.get_model("auth", "Group")
    for name in ROLES:
        group.objects.get_or_create(name=name)


class Migration(migrations.Migration):
    dependencies = [("wires", "0002_guards"), ("auth", "0012_alter_user_first_name_max_length")]
    operations = [migrations.RunPython(make, migrations.RunPython.noop)]
