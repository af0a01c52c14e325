"""Small words around values: how a page says a duration, a count, a number, or a sentence to the reader."""

import html
import re

import streamlit as st

from analysis.figures.words import listed as listed


def escaped(text: str, longest: int = 0) -> str:
    """Text that is safe inside HTML, cut to a length where one is given.

    >>> escaped("<b>bold</b> words", 9)
    '&lt;b&gt;bold&lt;…'
    """
    if longest and len(text) > longest:
        text = text[: longest - 1].rstrip() + "…"
    return html.escape(text, quote=True)


def literal(text: str) -> str:
    r"""Text that is safe in the label of a widget, which Streamlit reads as Markdown: there an image would be fetched.

    CommonMark lets a backslash stand before every sign of ASCII. A word joiner, which nobody sees, keeps addresses from
    becoming links and names between colons from becoming pictures.

    >>> print(literal("![i](x) of *y*"))
    \!\[i\]\(x\) of \*y\*
    >>> literal("x://a")
    'x\\:\u2060\\/\\/a'
    """
    broken = re.sub(r"[:@](?=\S)|(?i:www)(?=\.)", "\\g<0>\u2060", text)
    return re.sub(r"([!-/:-@\[-`{-~])", r"\\\1", broken)


def lasting(seconds: float) -> str:
    """How long something takes, as people say it.

    >>> [lasting(s) for s in (0.4, 7, 65, 600, 8000)]
    ['a second', '7 seconds', '1 minute', '10 minutes', '2 hours']
    """
    if seconds < 1.5:
        return "a second"
    if seconds < 55:
        return f"{seconds:.0f} seconds"
    if seconds < 3300:
        minutes = max(1, round(seconds / 60))
        return f"{minutes} minute{'s' * (minutes > 1)}"
    hours = max(1, round(seconds / 3600))
    return f"{hours} hour{'s' * (hours > 1)}"


def counted(n: int, thing: str, things: str = "") -> str:
    """A count with its noun.

    >>> counted(1, "space"), counted(1500, "sample")
    ('1 space', '1,500 samples')
    """
    return f"{n:,} {thing if n == 1 else things or thing + 's'}"


def unbroken(text: str) -> str:
    """Text whose p-values stay on one line.

    >>> unbroken("so (p < 0.001)").count(chr(160))
    2
    """
    return re.sub(r"\bp ([<=]) (?=\d)", "p\u00a0\\1\u00a0", text)


def lead(sentence: str) -> None:
    """The sentence a page opens with."""
    st.html(f'<p class="an-lead">{escaped(unbroken(sentence))}</p>')


def plain(sentence: str) -> None:
    """A sentence of the text."""
    st.html(f'<p class="an-plain">{escaped(unbroken(sentence))}</p>')


def quiet(sentence: str) -> None:
    """A caption."""
    st.html(f'<p class="an-quiet">{escaped(sentence)}</p>')


def leading(sentence: str, page: str, name: str) -> None:
    """A caption that ends with the way to another page."""
    st.html(f'<p class="an-quiet">{escaped(sentence)} {way(page, name)}</p>')


def way(page: str, name: str) -> str:
    """The HTML of a link to another page."""
    return f'<a data-page="{escaped(page)}">{escaped(name)}</a> →'


def note(sentence: str) -> None:
    """A calm note: why something is not here."""
    st.html(f'<div class="an-note plain">{escaped(sentence)}</div>')


def trouble(sentence: str) -> None:
    """What went wrong and the way out, in one sentence."""
    st.html(f'<div class="an-note bad" role="alert">{escaped(sentence)}</div>')
