"""The table of goals."""

import dataclasses
import json

HEADINGS = ("case", "what", "goal", "figure", "x true", "x cat", "x python", "ok")


@dataclasses.dataclass(frozen=True)
class Row:
    """A goal and the measured figure. ratios: those of the figure to each baseline's, by the baseline's name."""

    case: str
    what: str
    sign: str
    goal: float
    figure: float
    unit: str
    ratios: dict = dataclasses.field(default_factory=dict)
    note: str = ""

    @property
    def ok(self):
        """Whether the goal is met."""
        return {"<=": self.figure <= self.goal, "<": self.figure < self.goal,
                ">=": self.figure >= self.goal, ">": self.figure > self.goal}[self.sign]

    def cells(self):
        """Returns the row as texts, one for each heading."""
        ratios = [f"{self.ratios[name]:.2f}" if name in self.ratios else "" for name in ("true", "cat", "python")]
        figure = f"{self.figure:.{2 if self.unit == 'x' else 1}f} {self.unit}"
        return (self.case, self.what, f"{self.sign} {self.goal:g} {self.unit}",
                figure + (f" ({self.note})" if self.note else ""), *ratios, "ok" if self.ok else "MISSED")


def cpu_row(case, what, goal, costs, of):
    """Returns a row for the CPU of one process, with the ratios to the baselines of the same run."""
    return Row(case, what, "<=", goal, costs[of].cpu_ms, "ms", {
        name: costs[of].cpu_ms / max(0.001, costs[name].cpu_ms) for name in ("true", "cat", "python")})


def table(rows):
    """Returns the rows as a text in columns."""
    lines = [HEADINGS, *(row.cells() for row in rows)]
    widths = [max(len(line[column]) for line in lines) for column in range(len(HEADINGS))]
    return "\n".join("  ".join(cell.ljust(width) for cell, width in zip(line, widths)).rstrip() for line in lines)


def as_json(rows, costs, troubles):
    """rows: the goals; costs: the medians of every contender, by case; troubles: why cases could not run."""
    return json.dumps({
        "goals": [{**dataclasses.asdict(row), "ok": row.ok} for row in rows],
        "medians": {case: {name: dataclasses.asdict(cost) for name, cost in those.items()}
                    for case, those in costs.items()},
        "could_not_run": troubles,
    }, indent=1)
