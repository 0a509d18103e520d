"""Questions of the world: what is asked about, and in which words."""

from dataclasses import dataclass

from evidence.harness.world.world import Domain, Problem, World


@dataclass(frozen=True, slots=True)
class Question:
    """One problem of one object in one domain, put through the evaluation template."""

    domain: Domain
    problem: Problem
    object: str

    @property
    def id(self) -> str:
        """Return a name that is unique in the world, such as `cars/3/van`."""
        return f"{self.domain.name}/{self.domain.problems.index(self.problem)}/{self.object}"

    @property
    def text(self) -> str:
        """Return the question in the words that no training text uses."""
        return self.put(self.domain.kind.evaluation)

    def put(self, template: str) -> str:
        """Return the question in the words of a template."""
        return template.format(object=self.object, problem=self.problem.says)

    def answer(self, action: str, template: str) -> str:
        """Return an answer that proposes an action in the words of a template."""
        return template.format(object=self.object, action=action)


def question(world: World, identifier: str) -> Question:
    """Return the question with this id; an id of no question raises KeyError."""
    try:
        name, number, thing = identifier.split("/")
        domain = world.domain(name)
        problem = domain.problems[int(number)]
    except (ValueError, IndexError) as error:
        raise KeyError(identifier) from error
    if thing not in domain.objects:
        raise KeyError(identifier)
    return Question(domain, problem, thing)
