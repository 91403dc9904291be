"""An audit, from its settings to its verdict: sample, score, judge, measure, decide, report."""
