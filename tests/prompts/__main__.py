"""Rewrite the pages of prompts: ``python -m tests.prompts``, or some: ``python -m tests.prompts es fr``."""

import os
import sys

import django


def main(languages):
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")
    django.setup()
    from . import pages

    for language in languages or pages.LANGUAGES:
        pages.path_of(language).write_text(pages.write_page(language), encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
