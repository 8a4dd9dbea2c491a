"""The languages of the world by their codes (ISO 639-1), and which of them the house itself does not speak."""

from __future__ import annotations

from prompts.words import LANGUAGES

_LISTED = """
    aa ab ae af ak am an ar as av ay az ba be bg bh bi bm bn bo br bs ca ce ch co cr cs cu cv cy da de dv dz ee el en eo
    es et eu fa ff fi fj fo fr fy ga gd gl gn gu gv ha he hi ho hr ht hu hy hz ia id ie ig ii ik io is it iu ja jv ka kg
    ki kj kk kl km kn ko kr ks ku kv kw ky la lb lg li ln lo lt lu lv mg mh mi mk ml mn mr ms mt my na nb nd ne ng nl nn
    no nr nv ny oc oj om or os pa pi pl ps pt qu rm rn ro ru rw sa sc sd se sg si sk sl sm sn so sq sr ss st su sv sw ta
    te tg th ti tk tl tn to tr ts tt tw ty ug uk ur uz ve vi vo wa wo xh yi yo za zh zu
"""
CODES = frozenset(_LISTED.split())


def code_of(language: str) -> str:
    """The language of a tag such as pt-BR."""
    return language.partition("-")[0].strip().lower()


def is_foreign(language: str) -> bool:
    """Whether it is a language in which the house can only speak through a model."""
    code = code_of(language)
    return code in CODES and code not in LANGUAGES
