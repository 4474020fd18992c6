"""Pure routing: which department a matter goes to, and why."""

from collections.abc import Sequence
from dataclasses import dataclass
from unicodedata import normalize


@dataclass(frozen=True, slots=True)
class Rule:
    """One routing rule; a condition left empty matches everything, all others must hold together."""

    name: str
    department_id: int
    area_key: str | None = None
    kind: str | None = None
    words: tuple[str, ...] = ()
    district: str | None = None

    def applies(self, *, area_key: str | None, kind: str | None, text: str, district: str | None) -> bool:
        """Whether every condition of the rule holds. Words match in NFKC, without case, any one of them."""
        return (
            (self.area_key is None or self.area_key == area_key)
            and (self.kind is None or self.kind == kind)
            and (self.district is None or self.district == district)
            and (not self.words or any(word in text for word in self.words))
        )


@dataclass(frozen=True, slots=True)
class Decision:
    """Where a matter goes. ``rule`` names the rule, or is None when the area or the desk decided."""

    department_id: int
    rule: str | None = None


class Router:
    """Rules in order, then area → department, then the listening desk."""

    def __init__(self, *, rules: Sequence[Rule], area_departments: dict[str, int], desk_id: int) -> None:
        self._rules = [
            Rule(r.name, r.department_id, r.area_key, r.kind, tuple(map(folded, r.words)), r.district) for r in rules
        ]
        self._area_departments = area_departments
        self.desk_id = desk_id

    def route(
        self, *, area_key: str | None, kind: str | None = None, text: str = "", district: str | None = None
    ) -> Decision:
        """Decide. Without an area only rules that ask for none can send a matter anywhere but the desk."""
        words = folded(text)
        for rule in self._rules:
            if rule.applies(area_key=area_key, kind=kind, text=words, district=district):
                return Decision(rule.department_id, rule.name)
        return Decision(self._area_departments.get(area_key or "", self.desk_id))


def folded(text: str) -> str:
    """Text in the form in which rule words are compared."""
    return normalize("NFKC", text).casefold()
