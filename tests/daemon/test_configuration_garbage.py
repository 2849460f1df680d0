"""Whatever stands in the file, the answer is a configuration or its faults: never a traceback, never the value."""

import json
import math
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import given, settings
from hypothesis import strategies as st

from daemon.configuration import Configuration, load
from daemon.errors import ConfigurationFaults

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
KEYS = {
    section: tuple(field.annotation.model_fields)  # type: ignore[union-attr]  # every section is a model
    for section, field in Configuration.model_fields.items()
}
CANARY = "canary-7f3a"

words = st.sampled_from(
    (
        *("", " ", "0", "1h", "10/1h", "08:00-20:00", "tls", "none", "auto", "localhost", "imap.example.kz", "closed"),
        *(
            "info@example.kz",
            "*@example.kz",
            "Asia/Almaty",
            "../../etc",
            "2026-12-16",
            "a\0b",
            CANARY,
            f"{CANARY}@x y",
            "\x7f",
        ),
    )
)
scalars = st.one_of(words, st.text(max_size=20), st.booleans(), st.integers(), st.floats(allow_nan=False))
values = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(("weekday", "title", "x y")), inner),
    max_leaves=5,
)
sections = st.fixed_dictionaries(
    {},
    optional={
        section: st.dictionaries(st.sampled_from((*keys, "unknown")), values, max_size=4) | scalars
        for section, keys in KEYS.items()
    },
)


def toml(value: object) -> str:
    """A value as TOML writes it inline."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{json.dumps(key)} = {toml(each)}" for key, each in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(toml(each) for each in value) + "]"
    if isinstance(value, float):
        return repr(value) if math.isfinite(value) else ("inf" if value > 0 else "-inf")
    if isinstance(value, str):
        return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
    return json.dumps(value)


@settings(max_examples=300)
@given(sections)
def test_garbage_is_a_configuration_or_its_faults(written: dict[str, object]) -> None:
    with TemporaryDirectory() as folder:
        path = Path(folder) / "supportd.toml"
        text = "\n".join(f"{section} = {toml(value)}" for section, value in written.items())
        path.write_text(text, encoding="utf-8")
        try:
            load(path, {}, now=NOW)
        except ConfigurationFaults as error:
            told = [fault.sentence for fault in error.faults if not fault.sentence.startswith("the file ")]
            assert [sentence for sentence in told if CANARY in sentence] == []


@settings(max_examples=100)
@given(
    st.dictionaries(st.sampled_from([f"{s}__{k}".upper() for s, ks in KEYS.items() for k in ks]), st.text(max_size=30))
)
def test_garbage_in_the_environment_is_a_configuration_or_its_faults(written: dict[str, str]) -> None:
    with suppress(ConfigurationFaults):
        load(None, {f"SUPPORTD_{key}": value for key, value in written.items()}, now=NOW)
