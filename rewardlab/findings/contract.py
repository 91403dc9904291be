"""RL1xx: the return breaks the platform's contract."""

from __future__ import annotations

from collections.abc import Mapping

from rewardlab.findings.entry import Entry

ENTRIES: Mapping[str, Entry] = {
    "RL101": Entry(
        "the return has the wrong shape",
        "The trainer reads one shape only: a bare list, or on some platforms an envelope with a body. Another shape is "
        "an error after three retries, and the job fails.",
        "Return the shape of your platform: for Nova RFT a bare list with one object per sample; for serverless "
        "open-weight training and custom scorers the envelope with statusCode and body.",
    ),
    "RL102": Entry(
        "results do not match samples by id",
        "Scores are matched to samples by id. A missing, doubled or invented id gives a sample none or a wrong one.",
        'Copy each sample\'s "id" into its result; return exactly one result per sample, also after an error.',
    ),
    "RL103": Entry(
        "a score is not finite in float32",
        "One NaN or infinity in a group makes every advantage of that group NaN, and the gradient with it.",
        "Find the division or logarithm that gives it, and return a finite score or raise.",
    ),
    "RL104": Entry(
        "a score is not a number",
        "Booleans, strings and null are read differently by each platform, or refused.",
        "Return float(score).",
    ),
    "RL105": Entry(
        "a score lies outside its range",
        "Platforms clip or refuse what leaves their range, and clipping changes which answers differ.",
        "Clip the score, or declare the range it really has with --reward-range LO,HI.",
    ),
    "RL106": Entry(
        "metrics_list is malformed",
        "A metric without a name or with a value that is no number is refused, or its chart stays empty.",
        'Give each metric {"name": text, "value": number, "type": "Reward" or "Metric"}.',
    ),
    "RL107": Entry(
        "an event shape of the platform is not understood",
        "Platforms place the reference at the top level or in metadata, content as text or as parts, and name the "
        "model's turn assistant or nova_assistant. A reward that reads one only scores the others as wrong.",
        "Read both places, both forms and both roles.",
    ),
    "RL108": Entry(
        "one bad sample loses its batch",
        "The handler runs on up to 128 samples at once. An exception for one of them fails the whole invocation, and "
        "after three retries the job.",
        "Catch errors per sample, and decide there what such a sample deserves; of a package, rewardlab package "
        "--on-failure SCORE does.",
    ),
    "RL109": Entry(
        "the event is changed in place",
        "A sample that is changed while it is scored is scored differently when it is retried.",
        "Copy what you change.",
    ),
    "RL110": Entry(
        "its own trainer would call or read it otherwise",
        "The audit and the packaged Lambda pass arguments by name and read more forms of a return than some trainers "
        "do. What this reward's own trainer refuses would end its training run, and a caller by place would mix up a "
        "swapped pair.",
        "Write the signature and the return as the trainer documents them; on AWS, with rewardlab package, they work "
        "as they are.",
    ),
}
