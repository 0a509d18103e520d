"""A filing puts no code on a wire, so no coding was ever said to come from one."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("wires", "0012_reverse_coverage")]
    operations = [
        migrations.RemoveConstraint(model_name="coding", name="coding_origin_is_known"),
        migrations.AlterField(
            model_name="coding",
            name="origin",
            field=models.CharField(
                choices=[("proposed", "Proposed"), ("editor", "Editor"), ("bulk", "Bulk")],
                max_length=8,
            ),
        ),
        migrations.AddConstraint(
            model_name="coding",
            constraint=models.CheckConstraint(
                condition=models.Q(("origin__in", ["proposed", "editor", "bulk"])),
                name="coding_origin_is_known",
            ),
        ),
    ]
