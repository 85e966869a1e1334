"""plot.py - line charts as SVG, readable on light and dark pages. Nothing but the standard library."""
import math
from html import escape

WIDTH, HEIGHT = 720, 420
LEFT, RIGHT, TOP, BOTTOM = 78, 24, 84, 58
COLOURS = 6

STYLE = """
  .back { fill: #ffffff } text { fill: #24292f; font: 13px sans-serif } .title { font-size: 16px; font-weight: 600 }
  .grid { stroke: #d0d7de; stroke-width: 1 } .axis { stroke: #57606a; stroke-width: 1 } .note { fill: #57606a }
  .line { fill: none; stroke-width: 2.2; stroke-linejoin: round } .reference { stroke-dasharray: 6 4; stroke-width: 1.6 }
  .s0 { stroke: #0969da } .s1 { stroke: #bc4c00 } .s2 { stroke: #1a7f37 } .s3 { stroke: #8250df } .s4 { stroke: #bf3989 }
  .s5 { stroke: #57606a } .f0 { fill: #0969da } .f1 { fill: #bc4c00 } .f2 { fill: #1a7f37 } .f3 { fill: #8250df }
  .f4 { fill: #bf3989 } .f5 { fill: #57606a }
  @media (prefers-color-scheme: dark) {
    .back { fill: #0d1117 } text { fill: #e6edf3 } .grid { stroke: #30363d } .axis { stroke: #8d96a0 } .note { fill: #8d96a0 }
    .s0 { stroke: #4493f8 } .s1 { stroke: #f0883e } .s2 { stroke: #3fb950 } .s3 { stroke: #ab7df8 } .s4 { stroke: #db61a2 }
    .s5 { stroke: #8d96a0 } .f0 { fill: #4493f8 } .f1 { fill: #f0883e } .f2 { fill: #3fb950 } .f3 { fill: #ab7df8 }
    .f4 { fill: #db61a2 } .f5 { fill: #8d96a0 }
  }
"""


class Axis:
    """Values to pixels, linear or logarithmic, with ticks at round values."""

    def __init__(self, values, start, end, log, ticks=None):
        self.start, self.end, self.log = start, end, log
        if ticks:
            self.ticks = ticks
        else:
            self.ticks = decade_ticks(min(values), max(values)) if log else round_ticks(max(values))
        self.low, self.high = self.scale(self.ticks[0]), self.scale(self.ticks[-1])

    def scale(self, value):
        return math.log10(value) if self.log else value

    def __call__(self, value):
        return self.start + (self.scale(value) - self.low) / (self.high - self.low) * (self.end - self.start)


def round_ticks(top):
    """From 0 to the first step at or above top, in four to eight steps of 1, 2 or 5 times a power of ten."""
    step = 10 ** math.floor(math.log10(top / 4))
    while top / step > 8:
        step = step * 2 if str(f"{step:e}")[0] in "15" else step * 5 // 2
    return [i * step for i in range(math.ceil(top / step) + 1)]


def decade_ticks(bottom, top):
    """1, 2 and 5 times powers of ten around all values."""
    ticks = [m * 10.0 ** e for e in range(math.floor(math.log10(bottom)), math.ceil(math.log10(top)) + 1)
             for m in (1, 2, 5)]
    first = max(i for i, t in enumerate(ticks) if t <= bottom)
    last = min(i for i, t in enumerate(ticks) if t >= top)
    return ticks[first:last + 1]


def number(value):
    return f"{value:,.0f}" if value >= 10 or value == int(value) else f"{value:g}"


def text(x, y, words, anchor="start", kind=""):
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" class="{kind}">{escape(words)}</text>'


def rule(x1, y1, x2, y2, kind):
    return f'<line x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}" class="{kind}"/>'


def frame(x, y, labels):
    """Grid, ticks and what the axes measure."""
    bottom, right = HEIGHT - BOTTOM, WIDTH - RIGHT
    out = [rule(LEFT, y(t), right, y(t), "grid") + text(LEFT - 8, y(t) + 4.5, number(t), "end") for t in y.ticks]
    out += [rule(x(t), bottom, x(t), bottom + 5, "axis") + text(x(t), bottom + 21, number(t), "middle") for t in x.ticks]
    out += [rule(LEFT, bottom, right, bottom, "axis"),
            text((LEFT + right) / 2, HEIGHT - 12, labels[0], "middle", "note"),
            text(LEFT, TOP - 12, labels[1], "start", "note")]
    return out


def kind_of(i, name):
    """What is compared with is dashed."""
    return f"line s{i % COLOURS}" + (" reference" if name.startswith("pgbench") else "")


def legend(names):
    """One line below the title."""
    out, at = [], 16
    for i, name in enumerate(names):
        out.append(rule(at, 46, at + 24, 46, kind_of(i, name)))
        out.append(text(at + 30, 50.5, name))
        at += 50 + 7.1 * len(name)
    return out


def line_chart(title, labels, series, references=(), log_y=False, log_x=True):
    """labels: (x with its unit, y with its unit). series: (name, [(x, y), ...]); references: (name, y) across the chart.
    Ticks of x are the measured points."""
    points = sorted({x for _, line in series for x, _ in line})
    heights = [y for _, line in series for _, y in line] + [y for _, y in references]
    x = Axis(points, LEFT + 14, WIDTH - RIGHT - 14, log_x, points)
    y = Axis(heights, HEIGHT - BOTTOM, TOP, log_y)
    out = [f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" width="{WIDTH}" height="{HEIGHT}" '
           f'role="img" aria-label="{escape(title)}">', f"<style>{STYLE}</style>",
           f'<rect width="{WIDTH}" height="{HEIGHT}" class="back"/>', text(16, 26, title, kind="title")]
    out += frame(x, y, labels)
    out += legend([name for name, _ in series] + [name for name, _ in references])
    for i, (name, line) in enumerate(series):
        path = " ".join(f"{x(px):.1f},{y(py):.1f}" for px, py in line)
        out.append(f'<polyline points="{path}" class="{kind_of(i, name)}"/>')
        out += [f'<circle cx="{x(px):.1f}" cy="{y(py):.1f}" r="3.4" class="f{i % COLOURS}"/>' for px, py in line]
    for i, (name, height) in enumerate(references, len(series)):
        out.append(rule(LEFT, y(height), WIDTH - RIGHT, y(height), kind_of(i, name)))
    return "\n".join(out) + "\n</svg>\n"
