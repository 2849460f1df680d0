"""The templates: found, compiled once, rendered. What a client wrote is data here, never a template.

The only file that imports jinja2. A letter is a folder: ``subject.txt``, ``body.txt``, ``body.html``; paragraphs that
letters share lie in ``paragraphs``. A directory of the operator's own wins file by file. An undefined name is an error,
HTML is escaped, a subject is one line.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from html import escape
from pathlib import Path

import jinja2

import templates
from daemon.errors import PersonMustLook

_OWN = Path(templates.__file__).parent
# Both begin at a line break: they stay linear on a letter of nothing but blanks.
_BLANK_LINES = re.compile(r"\n(?:[ \t]*\n)+")
_LINE_OF_HTML = re.compile(r"\n\s*")


@dataclass(frozen=True, slots=True, kw_only=True)
class Rendered:
    """A letter in words: ``template`` is the folder it was made from; line ends are ``\\n``."""

    template: str
    subject: str
    text: str
    html: str


class LetterFault(PersonMustLook):
    """A template cannot be read or rendered; the message names the file and what is wrong with it."""


class Templates:
    """All letters, each file compiled when it is first wanted and kept."""

    def __init__(self, directory: Path | None) -> None:
        self._directory = directory
        places = ([str(directory)] if directory else []) + [str(_OWN)]
        self._environment = jinja2.Environment(
            loader=jinja2.FileSystemLoader(places),
            undefined=jinja2.StrictUndefined,
            autoescape=jinja2.select_autoescape(enabled_extensions=("html",), default=False),
            trim_blocks=True,
            lstrip_blocks=True,
            keep_trailing_newline=True,
            auto_reload=False,
            cache_size=-1,
        )
        self._letters: dict[str, tuple[jinja2.Template, jinja2.Template, jinja2.Template | None]] = {}

    def render(self, name: str, facts: Mapping[str, object]) -> Rendered:
        """The letter ``name`` with ``facts``. Raises ``LetterFault``."""
        try:
            subject, text, html = self._letters.get(name) or self._load(name)
            body = _BLANK_LINES.sub("\n\n", text.render(facts)).strip() + "\n"
            return Rendered(
                template=name,
                subject=" ".join(subject.render(facts).split()),
                text=body,
                html=_LINE_OF_HTML.sub("\n", html.render(facts)).strip() + "\n" if html else _as_html(body),
            )
        except (jinja2.TemplateError, OSError, TypeError, ValueError, ArithmeticError, LookupError) as error:
            raise LetterFault(_sentence(name, error)) from error

    def _load(self, name: str) -> tuple[jinja2.Template, jinja2.Template, jinja2.Template | None]:
        get = self._environment.get_template
        html = None if self._text_alone_is_own(name) else get(f"{name}/body.html")
        letter = get(f"{name}/subject.txt"), get(f"{name}/body.txt"), html
        self._letters[name] = letter
        return letter

    def _text_alone_is_own(self, name: str) -> bool:
        """The operator wrote the text and no HTML: the HTML is made of his text, else the two would say different
        things."""
        if self._directory is None:
            return False
        folder = self._directory / name
        return (folder / "body.txt").is_file() and not (folder / "body.html").exists()

    def strangers(self, letters: frozenset[str]) -> Iterator[str]:
        """What lies in the operator's directory and overrides nothing: a misspelt name would go unnoticed."""
        if self._directory is None:
            return
        if not self._directory.is_dir():
            yield f"{self._directory}: there is no such directory"
            return
        for path in sorted(self._directory.rglob("*")):
            if path.is_dir() or path.name.startswith("."):
                continue
            inside = path.relative_to(self._directory)
            known = (_OWN / inside).is_file() and (inside.parts[0] in letters or inside.parts[0] == "paragraphs")
            if not known:
                yield f"{path}: no letter has such a file, so it is never used"


def _sentence(name: str, error: Exception) -> str:
    """What is wrong and where: the file and line of the template, as far as they can be told."""
    if isinstance(error, jinja2.TemplateNotFound):
        return f"letter {name}: the file {error.name} is missing"
    if isinstance(error, jinja2.TemplateSyntaxError):
        return f"{error.filename or error.name or name}, line {error.lineno}: {error.message}"
    where = f"letter {name}"
    frame = error.__traceback__
    while frame is not None:  # jinja2 puts the template's own file and line into the traceback
        file = frame.tb_frame.f_code.co_filename
        if file.endswith((".txt", ".html")):
            where = f"{file}, line {frame.tb_lineno}"
        frame = frame.tb_next
    return f"{where}: {error or type(error).__name__}"


def _as_html(text: str) -> str:
    paragraphs = (escape(paragraph).replace("\n", "<br>\n") for paragraph in text.strip().split("\n\n"))
    body = "\n".join(f"<p>{paragraph}</p>" for paragraph in paragraphs)
    return f'<!DOCTYPE html>\n<html lang="ru">\n<body>\n{body}\n</body>\n</html>\n'
