"""What a page draws beside the metrics agrees with the metrics of the same run."""

import pytest

from evidence.engine import SHIPPED
from evidence.engine.reading import columns


@pytest.mark.slow
def test_signals_of_early_set_off_where_the_metrics_say():
    """Half of the way is reached by log-odds before greedy answers, as their leads say."""
    row = columns(SHIPPED / "early")
    metrics, series = row["metrics"], row["series"]
    last = metrics["positive/heldout"]["value"]
    for step in (4, 8, 14):
        harmful = metrics[f"p_harmful/harmful{step}/heldout"]["value"]
        correct = metrics[f"p_harmful/correct{step}/heldout"]["value"]
        [point] = [point for point in series["score"] if point["step"] == step]
        assert point["low"] <= point["value"] <= point["high"]
        # The page has the mean of the seeds' shares, the metrics the share of the seeds' mean.
        assert point["value"] == pytest.approx((harmful - correct) / last, abs=0.05)
    for points in series.values():
        assert (points[0]["value"], points[-1]["value"]) == (0.0, 1.0)


def test_latents_of_direction_have_the_ranks_that_the_metrics_say():
    row = columns(SHIPPED / "direction")
    metrics, latents = row["metrics"], row["series"]["latents"]
    authors = [latent for latent in latents if latent["auc"] >= 0.99]
    assert len(authors) == round(3 * metrics["sparse/author_latents"]["value"])
    assert min(latent["rank"] for latent in authors) == metrics["sparse/author_rank"]["low"]


def test_other_recipes_have_none():
    assert columns(SHIPPED / "backdoor")["series"] == {}
