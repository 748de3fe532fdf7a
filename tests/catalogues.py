"""Keep the translations in step with the source: ``python -m tests.catalogues``, or ``make messages``.

Each language's .po file gets the sentences of today: what is known keeps its translation, what is new is
empty, what is gone goes. Nothing is guessed. The .mo files that Django reads are made from them. Name
languages to leave the others alone: ``python -m tests.catalogues es zh_Hans``. No GNU gettext is needed.
"""

import sys
from io import BytesIO
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract, extract_python
from babel.messages.mofile import read_mo, write_mo
from babel.messages.pofile import read_po, write_po
from django.utils.translation.template import templatize

PACKAGE = Path(__file__).resolve().parent.parent / "voice2fa"
EXAMPLE = PACKAGE.parent / "example_project"
WIDTH = 100  # characters in a line of a .po file

# Each language's folder, which is its locale's name, and which number takes which form. Babel has rules of
# its own; for Arabic they are wrong, and for Russian they are not those of Django.
_ONE_OR_MORE = "nplurals=2; plural=(n != 1);"
_ALL_ALIKE = "nplurals=1; plural=0;"
PLURALS = {
    "ar": "nplurals=6; plural=(n==0 ? 0 : n==1 ? 1 : n==2 ? 2 : n%100>=3 && n%100<=10 ? 3 : "
    "n%100>=11 && n%100<=99 ? 4 : 5);",
    "da": _ONE_OR_MORE,
    "de": _ONE_OR_MORE,
    "es": _ONE_OR_MORE,
    "fr": "nplurals=2; plural=(n > 1);",
    "it": _ONE_OR_MORE,
    "ja": _ALL_ALIKE,
    "nl": _ONE_OR_MORE,
    "pt": _ONE_OR_MORE,
    "ru": "nplurals=4; plural=(n%10==1 && n%100!=11 ? 0 : n%10>=2 && n%10<=4 && (n%100<12 || n%100>14) ? 1 : "
    "n%10==0 || (n%10>=5 && n%10<=9) || (n%100>=11 && n%100<=14) ? 2 : 3);",
    "zh_Hans": _ALL_ALIKE,
}

# What staff read in the admin, and developers in the API's schema, stays English for now: it would make every
# catalogue a third longer. A sentence that also stands elsewhere is translated, and then here too.
LEFT_OUT = ("admin", "apps.py", "models", "templates/admin", "api/serializers/replies.py")

_KEYWORDS = {
    "_": None,
    "gettext": None,
    "gettext_lazy": None,
    "gettext_noop": None,
    "ngettext": (1, 2),
    "ngettext_lazy": (1, 2),
    "pgettext": ((1, "c"), 2),
    "pgettext_lazy": ((1, "c"), 2),
    "npgettext": ((1, "c"), 2, 3),
    "npgettext_lazy": ((1, "c"), 2, 3),
}
_STEADY = {"Language", "Plural-Forms", "MIME-Version", "Content-Type", "Content-Transfer-Encoding"}


class SteadyCatalog(Catalog):
    """A catalogue whose header names no day and no tool: the same messages make the same file."""

    @property
    def mime_headers(self):
        return [header for header in Catalog.mime_headers.fget(self) if header[0] in _STEADY]

    @mime_headers.setter
    def mime_headers(self, headers):
        Catalog.mime_headers.fset(self, headers)


def read_source(package=PACKAGE):
    """Return a catalogue of every sentence in the package's modules and templates that people read."""
    catalog = Catalog()
    for path in sorted(package.rglob("*")):
        name = path.relative_to(package).as_posix()
        if not path.is_file() or any(name == left or name.startswith(f"{left}/") for left in LEFT_OUT):
            continue
        for message, comments, context in _read_file(path):
            catalog.add(
                message,
                locations=[(f"{package.name}/{name}", 0)],
                auto_comments=comments,
                context=context,
            )
    return catalog


def _read_file(path):
    if path.suffix == ".py":
        code = path.read_bytes()
    elif "templates" in path.parts and path.suffix in {".html", ".txt"}:
        lines = templatize(path.read_text(encoding="utf-8"), origin=str(path)).splitlines()
        # What Django makes of a template is no indented Python.
        code = "\n".join(line.strip() for line in lines).encode()
    else:
        return
    found = extract(extract_python, BytesIO(code), _KEYWORDS, ("Translators:",), strip_comment_tags=True)
    for _line, message, comments, context in found:
        yield message, comments, context


def po_of(folder, package=PACKAGE):
    """Return where the translations of a language are written."""
    return package / "locale" / folder / "LC_MESSAGES" / "django.po"


def read_translations(path, folder):
    """Return what a .po or a .mo file holds; nothing where there is no file."""
    if not path.exists():
        return Catalog(locale=folder)
    with path.open("rb") as file:
        return read_po(file, locale=folder) if path.suffix == ".po" else read_mo(file)


def update(folder, source, package=PACKAGE):
    """Write both files of a language anew, and return how many of its messages wait for a translation."""
    path = po_of(folder, package)
    catalog = _carry_over(read_translations(path, folder), source, folder, package.name)
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as file:
        write_po(file, catalog, width=WIDTH, include_lineno=False, ignore_obsolete=True)
    waiting = [message for message in catalog if message.id and is_empty(message)]
    for message in waiting:
        # Of an empty plural Babel would put the English forms into the .mo file, as if translated.
        catalog.delete(message.id, message.context)
    with path.with_suffix(".mo").open("wb") as file:
        write_mo(file, catalog)
    return len(waiting)


def _carry_over(known, source, folder, speaker):
    catalog = SteadyCatalog(locale=folder, fuzzy=False)
    catalog.header_comment = f"# What {speaker} says, in {catalog.locale.english_name}."
    catalog.mime_headers = [("Plural-Forms", PLURALS[folder])]
    for message in source:
        before = known.get(message.id, message.context) if message.id else None
        is_known = before and before.pluralizable == message.pluralizable and not before.fuzzy
        if message.id:
            catalog.add(
                message.id,
                before.string if is_known else "",
                locations=message.locations,
                auto_comments=message.auto_comments,
                user_comments=before.user_comments if is_known else (),
                context=message.context,
            )
    return catalog


def is_empty(message):
    """Return whether a message, or one of its plural forms, has no translation."""
    return not (all(message.string) if message.pluralizable else message.string)


def main(folders):
    """Update the languages named, or all."""
    for package in (PACKAGE, EXAMPLE):
        source = read_source(package)
        for folder in folders or PLURALS:
            left = update(folder, source, package)
            sys.stdout.write(f"{package.name}, {folder}: {left} to translate\n")


if __name__ == "__main__":
    main(sys.argv[1:])
