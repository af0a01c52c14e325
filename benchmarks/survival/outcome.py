"""What a row of the survival table found: how often it tried, how often all was well, and each thing that was not."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Outcome:
    """One line of the table. `findings` name what was not well, one each; `note` says how it was done."""

    what: str
    tried: int
    well: int
    seconds: float
    findings: tuple[str, ...] = ()
    note: str = ""

    def line(self) -> str:
        """The line, in Markdown."""
        cells = (self.what, f"{self.well:,} of {self.tried:,}", f"{self.seconds:,.0f}", self.note)
        return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"


HEAD = "| what | well | seconds | how |\n| --- | --- | --- | --- |"
