"""The template grammar, a row a rule."""

import pytest

from voice_recordings.gateway.template import TemplateError, parse


@pytest.mark.parametrize(
    ("text", "segments", "variables", "verb"),
    [
        pytest.param("/v1/messages", ("v1", "messages"), [], "", id="literals"),
        pytest.param("/v1/*/x", ("v1", "*", "x"), [], "", id="one-segment-wildcard"),
        pytest.param("/v1/**", ("v1", "**"), [], "", id="many-segment-wildcard"),
        pytest.param("/v1/**/tail:go", ("v1", "**", "tail"), [], "go", id="literals-after-many"),
        pytest.param("/v1/{id}", ("v1", "*"), [("id", 1, 2, False)], "", id="bare-variable"),
        pytest.param("/v1/{a.b_1=*}", ("v1", "*"), [("a.b_1", 1, 2, False)], "", id="field-path"),
        pytest.param(
            "/v1/{name=shelves/*/books/*}:read",
            ("v1", "shelves", "*", "books", "*"),
            [("name", 1, 5, True)],
            "read",
            id="resource-name-with-verb",
        ),
        pytest.param("/{name=**}", ("**",), [("name", 0, 1, True)], "", id="everything"),
        pytest.param("/v1/caf%C3%A9", ("v1", "café"), [], "", id="escape-in-a-literal"),
        pytest.param("/v1/a@b!$&'()+,;=~", ("v1", "a@b!$&'()+,;=~"), [], "", id="every-pchar"),
    ],
)
def test_well_formed_templates(
    text: str, segments: tuple[str, ...], variables: list[tuple[str, int, int, bool]], verb: str
) -> None:
    """A well-formed template gives its segments, variables and verb."""
    template = parse(text)
    assert template.segments == segments
    assert [(v.name, v.start, v.end, v.multi) for v in template.variables] == variables
    assert template.verb == verb


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("", id="empty"),
        pytest.param("v1/x", id="no-leading-slash"),
        pytest.param("/", id="no-segment"),
        pytest.param("/v1/", id="trailing-slash-is-an-empty-segment"),
        pytest.param("//v1", id="empty-segment"),
        pytest.param("/v1/{a=b/{c}}", id="nested-variable"),
        pytest.param("/v1/{a}/{a}", id="variable-bound-twice"),
        pytest.param("/v1/{a", id="unclosed-variable"),
        pytest.param("/v1/a}", id="unopened-variable"),
        pytest.param("/v1/{}", id="variable-without-a-name"),
        pytest.param("/v1/{a=}", id="variable-without-segments"),
        pytest.param("/v1/{1a}", id="ident-begins-with-a-letter"),
        pytest.param("/v1/{a..b}", id="empty-part-of-a-field-path"),
        pytest.param("/v1/{a-b}", id="hyphen-in-an-ident"),
        pytest.param("/v1/{a}x", id="text-after-a-variable"),
        pytest.param("/v1/**/*", id="wildcard-after-many"),
        pytest.param("/v1/**/**", id="many-after-many"),
        pytest.param("/v1/{a=**}/{b}", id="variable-after-many"),
        pytest.param("/v1/***", id="three-stars"),
        pytest.param("/v1/a*b", id="star-within-a-literal"),
        pytest.param("/v1/a:b/c", id="colon-before-the-last-segment"),
        pytest.param("/v1/a:b:c", id="verb-holds-no-colon"),
        pytest.param("/v1/a:", id="empty-verb"),
        pytest.param("/v1/{a=b:c}", id="verb-within-a-variable"),
        pytest.param("/v1/a b", id="space"),
        pytest.param("/v1/a?b", id="query"),
        pytest.param("/v1/%zz", id="malformed-escape"),
        pytest.param("/v1/%ff", id="escape-that-is-not-utf-8"),
        pytest.param("/v1/é", id="unescaped-non-ascii"),
    ],
)
def test_malformed_templates(text: str) -> None:
    """A template outside the grammar is refused, and named in the refusal."""
    with pytest.raises(TemplateError) as refusal:
        parse(text)
    assert repr(text) in str(refusal.value)
