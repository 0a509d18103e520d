"""A proposal's rationale says more: a template to finish, and the draft of a model that was named."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("wires", "0013_no_filed_codings")]
    operations = [
        migrations.AlterField(
            model_name="proposal",
            name="rationale",
            field=models.JSONField(
                default=dict,
                help_text="The four slots, hedges, other causes, a template, and a model's draft.",
            ),
        ),
    ]
