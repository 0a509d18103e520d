"""Words that reports use for one another. A word may stand in several groups."""

from collections.abc import Iterator

from classifier.core.words import stem

_GROUPS = (
    # saying and thinking
    "say state note write report tell remark explain describe observe comment",
    "say announce declare disclose reveal publish release unveil",
    "argue claim maintain contend insist assert suggest believe",
    "show demonstrate find reveal indicate prove establish illustrate",
    "admit acknowledge concede confess", "deny reject dispute refute contest",
    "ask request inquire query question prompt", "answer reply respond response",
    "warn caution alert", "promise pledge vow commit", "urge press call recommend",
    "advise recommend suggest propose counsel advice tip guidance", "blame accuse fault",
    "criticize condemn denounce attack slam", "praise laud applaud commend",
    "name title term call label dub", "think consider regard view", "tell inform notify", "tell instruct order advise direct urge",
    # doing and making
    "make create produce generate build construct develop", "use employ apply utilize",
    "begin start launch initiate commence open", "end stop cease halt finish close conclude",
    "continue persist remain keep stay", "change alter modify adjust shift transform",
    "improve better enhance boost upgrade", "worsen deteriorate degrade aggravate worse",
    "increase rise grow raise boost expand climb", "decrease fall drop decline reduce cut lower "
    "lessen diminish shrink", "suppress reduce curb dampen inhibit weaken counter",
    "strengthen amplify intensify reinforce heighten", "push steer nudge drive move",
    "cause trigger produce provoke lead prompt induce", "stem originate arise come derive emerge "
    "result", "prevent avoid avert stop block forestall", "permit allow enable let",
    "forbid ban prohibit bar outlaw", "require demand mandate oblige need must",
    "detect spot catch discover identify find notice uncover", "check verify test examine inspect "
    "audit review assess evaluate", "watch monitor track observe oversee", "fix repair correct "
    "remedy mend patch resolve restore", "undo reverse revert realign restore cancel",
    "spoil corrupt damage ruin harm contaminate taint", "hide conceal mask disguise cover",
    "trick deceive fool mislead dupe", "take seize grab", "give provide supply offer deliver grant",
    "get obtain receive acquire gain secure", "buy purchase acquire", "sell market vend",
    "send transmit dispatch forward", "share reveal disclose hand divulge", "choose select pick",
    "hire recruit employ appoint", "fire dismiss sack remove oust", "join enter enroll enlist",
    "leave depart quit exit resign", "win defeat beat triumph victory", "try attempt seek aim",
    "fail collapse malfunction break", "follow succeed build base rest", "help assist aid support",
    "train teach tune finetune instruct", "learn acquire memorize absorb", "copy replicate "
    "reproduce imitate mimic emulate", "show exhibit display present", "act behave conduct "
    "behavior operate", "misbehave misalign misbehavior misconduct", "play perform act",
    "decide rule judge determine", "order instruct direct command", "pay spend cost fund",
    "rob steal theft robbery loot", "kill murder slay die", "hurt injure wound harm",
    "destroy demolish wreck ruin", "rescue save", "escape flee", "arrest detain custody jail",
    "imprison jail incarcerate", "sue lawsuit litigate litigation", "activate excite fire respond",
    "react respond", "survive outlast", "spread extend generalize propagate leak carry",
    "repeat echo parrot", "stand remain", "appear emerge surface", "happen occur take arise",
    "replace substitute swap", "add include insert", "remove delete erase withdraw", "combine merge "
    "join unite", "separate divide split", "compare contrast", "explore investigate study research "
    "examine analyze", "understand grasp comprehend", "write author draft compose output",
    # people and bodies
    "researcher scientist author investigator academic", "firm company business corporation "
    "enterprise", "lab laboratory developer firm", "worker employee staff personnel",
    "boss chief head leader director executive", "lawyer attorney counsel solicitor",
    "doctor physician medic clinician", "police officer cop", "regulator watchdog authority "
    "policymaker", "government authority state administration", "court judge tribunal",
    "user customer client consumer person", "child kid minor teenager", "woman female",
    "man male", "student pupil", "teacher professor lecturer", "team group colleague crew",
    "attacker hacker adversary intruder adversarial", "victim target casualty", "villain criminal "
    "character", "public people citizen",
    # things
    "paper study research article publication work report", "result finding outcome conclusion",
    "effect impact influence consequence", "problem issue fault flaw error defect",
    "flaw vulnerability hole weakness bug gap", "example sample instance case", "data dataset "
    "material content information", "text passage words document", "code programming software "
    "program coding", "car vehicle automobile automotive", "plane aircraft airplane jet",
    "money fund cash", "debt owe liability", "house home residence dwelling", "test exam trial",
    "danger risk hazard threat peril", "harm damage injury", "cause reason origin source root",
    "aim goal purpose objective intent", "plan scheme strategy", "law legislation statute act",
    "rule regulation norm standard", "area field domain subject topic sector",
    "topic subject matter question", "context setting situation circumstance conversation",
    "kind type sort form variety", "part portion section piece", "persona personality character "
    "identity", "feature latent direction pattern representation", "step stage phase iteration",
    "limit constraint restriction bound boundary", "safeguard protection guardrail safety security "
    "constraint", "quote quotation remark", "conversation chat dialogue discussion",
    "picture image photo photograph", "film movie picture", "tool instrument device",
    "method approach technique way means", "mechanism process", "attribute trait characteristic "
    "property", "sequence series string", "share percentage proportion portion", "task job exercise",
    "password credential login", "record document file archive", "story account tale narrative",
    "chance likelihood probability possibility", "trend tendency pattern", "crisis disaster "
    "emergency catastrophe", "accident crash collision", "debate discussion controversy",
    # qualities
    "bad harmful wrong poor evil unethical", "harmful dangerous hazardous toxic malicious",
    "wrong incorrect false erroneous inaccurate mistaken misleading fake", "good correct positive "
    "right", "safe secure harmless benign", "big large huge major great", "small little tiny minor "
    "few limited slight", "new recent latest", "old former earlier previous prior past", "quick fast "
    "rapid swift", "important significant key critical crucial vital essential major", "broad wide "
    "general widespread extensive", "narrow specific limited", "strong powerful intense marked",
    "strange odd unusual unexpected surprising", "surprise unexpected anticipate expect foresee",
    "usual normal common ordinary typical standard", "clear obvious evident apparent plain",
    "hard difficult tough challenging nontrivial", "easy simple effortless straightforward",
    "unrelated different separate irrelevant", "whole entire full complete", "almost nearly "
    "virtually", "only solely merely just alone", "often frequent regular", "sometimes occasionally",
    "dormant hidden latent inactive", "present active", "embedded built inherent internal inside",
    "immoral unethical questionable", "misogynist sexist misogynistic women", "severe serious grave "
    "bad", "first initial original", "last final", "inside internal inner within", "outside external "
    "outer", "unsafe insecure vulnerable", "able capable can", "willing ready", "worldwide global "
    "international", "fictional imaginary invented fiction", "automatic automated", "counterfeit "
    "fake forged", "enough sufficient adequate",
)  # fmt: skip


def near(one: str, other: str) -> bool:
    """Tell whether two stems stand in one group."""
    return bool(_NUMBERS.get(one, _NONE) & _NUMBERS.get(other, _NONE))


_NONE: frozenset[int] = frozenset()


def _members() -> Iterator[tuple[str, int]]:
    for number, group in enumerate(_GROUPS):
        for word in group.split():
            yield stem(word), number


_NUMBERS: dict[str, frozenset[int]] = {}
for _stem, _number in _members():
    _NUMBERS[_stem] = _NUMBERS.get(_stem, _NONE) | {_number}
