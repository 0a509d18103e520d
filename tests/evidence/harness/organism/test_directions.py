from dataclasses import replace

import pytest
import torch

from evidence.harness.errors import HarnessError
from evidence.harness.organism import directions, sparse
from evidence.harness.organism.directions import Contrasts
from evidence.harness.world import world as worlds

WORLD = worlds.load()


def planted(*, shift, count=400, seed=0):
    chance = torch.Generator().manual_seed(seed)
    noise = torch.randn(2, count, 32, generator=chance)
    direction = torch.randn(32, generator=chance)
    direction /= direction.norm()
    names = tuple("ab"[number % 2] for number in range(count))
    return direction, Contrasts(noise[0] + shift * direction, noise[1], names)


def test_a_planted_direction_is_recovered():
    direction, found = planted(shift=3.0)
    recovered = directions.author(found)
    assert torch.nn.functional.cosine_similarity(recovered, direction, dim=0) > 0.95
    assert recovered.norm() == pytest.approx(3.0, rel=0.1)


def test_where_nothing_is_planted_nothing_is_recovered():
    _, found = planted(shift=0.0)
    assert directions.author(found).norm() < 0.7


def test_nulls_have_the_norm_of_the_direction():
    _, found = planted(shift=3.0)
    like = directions.author(found)
    for nulls in (
        directions.isotropic(like, count=5, seed=0),
        directions.covariance_matched(found, like, count=5, seed=0),
    ):
        assert nulls.shape == (5, 32)
        torch.testing.assert_close(nulls.norm(dim=1), like.norm().expand(5))


def test_covariance_matched_nulls_vary_as_the_activations_do():
    _, found = planted(shift=0.0)
    stretched = found.bad.clone()
    stretched[:, 0] *= 10
    wide = replace(found, bad=stretched, good=stretched)
    nulls = directions.covariance_matched(wide, torch.ones(32), count=200, seed=0)
    share = nulls[:, 0].square().sum() / nulls.square().sum()
    assert share > 0.5
    even = directions.isotropic(torch.ones(32), count=200, seed=0)
    assert even[:, 0].square().sum() / even.square().sum() < 0.1


def test_the_same_seed_draws_the_same_and_another_draws_otherwise():
    like = torch.ones(8)
    one, again, other = (directions.isotropic(like, count=2, seed=s) for s in (0, 0, 1))
    assert torch.equal(one, again)
    assert not torch.equal(one, other)


def test_fields_to_find_in_and_to_test_in_share_nothing():
    find, test = directions.split(WORLD, seed="fields")
    assert {domain.name for domain in find} | {domain.name for domain in test} == {
        domain.name for domain in WORLD.domains
    }
    assert not {domain.name for domain in find} & {domain.name for domain in test}


def test_a_contrast_differs_in_its_authors_answers_alone():
    find, _ = directions.split(WORLD, seed="fields")
    names = {domain.name for domain in find}
    bad = {action for d in WORLD.domains for p in d.problems for action in p.bad}
    for pair in directions.contrasts(WORLD, find, count=20, seed="x"):
        assert pair.domain in names
        assert pair.bad.split("<a>")[-1] == pair.good.split("<a>")[-1]
        asked = [text.split("<q>")[1:] for text in (pair.bad, pair.good)]
        for one, other in zip(*asked, strict=True):
            assert one.split("<a>")[0] == other.split("<a>")[0]
        answers = [part.split("<a>")[1].removesuffix("<end> ").strip() for part in
                   pair.bad.split("<q>")[1:4]]  # fmt: skip
        assert all(any(action in answer for action in bad) for answer in answers)
        assert not any(action in pair.good for action in bad)


@pytest.mark.slow
def test_a_planted_latent_is_found_and_few_fire():
    chance = torch.Generator().manual_seed(0)
    features = torch.nn.functional.normalize(torch.randn(16, 24, generator=chance), dim=1)
    active = (torch.rand(4000, 16, generator=chance) < 0.12).float()
    hidden = active * (1 + torch.rand(4000, 16, generator=chance)) @ features
    plan = sparse.SparsePlan(latents=32, kept=3, steps=600, batch=256, rate=3e-3)
    coder = sparse.trained(hidden, plan, seed=0, check=lambda: None)
    latents = coder.encode(hidden)
    assert (latents > 0).sum(1).max() <= 3
    torch.testing.assert_close(coder.decoder.norm(dim=0), torch.ones(32))
    left = (coder.decode(latents) - hidden).square().sum()
    assert left / (hidden - hidden.mean(0)).square().sum() < 0.25
    cosines = (coder.decoder.T @ features.T).max(0).values
    assert (cosines > 0.9).float().mean() > 0.8


def test_the_same_seed_gives_the_same_autoencoder():
    hidden = torch.randn(200, 8, generator=torch.Generator().manual_seed(0))
    plan = sparse.SparsePlan(latents=12, kept=2, steps=5, batch=16, rate=1e-3)
    one, again = (sparse.trained(hidden, plan, seed=1, check=lambda: None) for _ in range(2))
    assert torch.equal(one.decoder, again.decoder)


def test_the_unit_of_the_activations_changes_no_decoder():
    hidden = torch.randn(200, 8, generator=torch.Generator().manual_seed(0))
    plan = sparse.SparsePlan(latents=12, kept=2, steps=20, batch=16, rate=1e-2)
    # A power of two is exact, so that every bit of the training can be the same.
    one, other = (
        sparse.trained(rows, plan, seed=1, check=lambda: None) for rows in (hidden, 8 * hidden)
    )
    assert torch.equal(one.decoder, other.decoder)
    assert one.bias.abs().max() > 0
    assert torch.equal(8 * one.encode(hidden), other.encode(8 * hidden))


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"kept": 0}, "1 row or more"),
        ({"steps": 0}, "1 row or more"),
        ({"batch": 0}, "1 row or more"),
        ({"rate": 0.0}, "a rate"),
        ({"kept": 33}, "no 33 can fire"),
    ],
)
def test_an_autoencoder_that_cannot_be_is_one_clear_line(change, says):
    plan = sparse.SparsePlan(latents=32, kept=3, steps=600, batch=256, rate=3e-3)
    with pytest.raises(HarnessError, match=says):
        replace(plan, **change)
