"""Every rule's own examples, run through the real evaluator."""

from __future__ import annotations

import pytest

from derbes.scanner.policy.load import built_in_rules
from derbes.scanner.policy.types import Example, Rule
from tests.scanner.worlds import judge

EXAMPLES = [
    pytest.param(rule, example, wanted, id=f"{rule.id}: {'flags' if wanted else 'passes'} {example.why}")
    for rule in built_in_rules()
    for wanted, examples in ((True, rule.flags), (False, rule.passes))
    for example in examples
]


@pytest.mark.parametrize(("rule", "example", "wanted"), EXAMPLES)
def test_example(rule: Rule, example: Example, wanted: bool) -> None:
    found = [violation.rule for violation in judge(example)]
    assert (rule.id in found) is wanted


def test_every_rule_has_both_kinds() -> None:
    assert len(built_in_rules()) == 10
    for rule in built_in_rules():
        assert rule.flags and rule.passes, rule.id
