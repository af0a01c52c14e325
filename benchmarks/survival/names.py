"""Names that would run something where they are taken for markup, formulas or addresses."""

import csv
import io

MARK = "planted-by-anchorage"
ELSEWHERE = "planted.invalid"  # no host is called so
MARKUP = (
    f"<script>window.{MARK.replace('-', '_')} = 1</script>",
    "<img src=x onerror=window.planted=1>",
    "<b onmouseover=window.planted=1>b</b>",
    "[a](javascript:window.planted=1)",
    "</script><script>window.planted=1</script>",
    "<svg onload=window.planted=1>",
    "{{7*7}}${7*7}#{7*7}",
    '<a href="javascript:window.planted=1">a</a>',
    f"![i](http://{ELSEWHERE}/i.png)",
    f"<style>@import 'http://{ELSEWHERE}/s.css'</style>",
    f"--><iframe src=http://{ELSEWHERE}/></iframe>]]><script>window.planted=1</script>",
)
FORMULAS = ("=1+1", "+1+1", "-1+1", "@SUM(A1)", "\t=1+1", "\r=1+1", "=cmd|' /C calc'!A0", "＝1+1", "'=1+1")
STARTS = tuple("=+-@\t\r\n＝＋－＠")


def formulas_in(content: bytes) -> list[str]:
    r"""Cells of a CSV that a spreadsheet takes for formulas.

    >>> formulas_in(b"a,-1.5\r\n=1+1,'=1+1\r\n")
    ['=1+1']
    """
    lines = csv.reader(io.StringIO(content.decode(), newline=""))
    return [cell for line in lines for cell in line if cell.startswith(STARTS) and not _is_number(cell)]


def _is_number(cell: str) -> bool:
    try:
        float(cell)
    except ValueError:
        return False
    return True
