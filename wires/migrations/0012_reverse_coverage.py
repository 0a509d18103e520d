"""Where it is kept what the sources of a version dwell on and its text leaves out."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("wires", "0011_learning_guards")]
    operations = [
        migrations.CreateModel(
            name="ReverseCoverage",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("omissions", models.JSONField(default=list, help_text="[{term, sources}], the keys of those that dwell on it; most first.")),
                ("checker", models.CharField(help_text="Version of the checker.", max_length=40)),
                ("checked_at", models.DateTimeField(auto_now_add=True)),
                ("version", models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name="reverse_coverage", to="wires.version")),
            ],
        ),
    ]
