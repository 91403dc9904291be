"""One clear error out of what a model library raises."""

from __future__ import annotations

from rewardlab.errors import EngineError

OUT_OF_MEMORY = (
    "out of memory",
    "no available memory for the cache blocks",
    "not enough memory",
    "free memory on device",
)


def model_failure(error: BaseException, where: str) -> EngineError:
    """The EngineError for `error`, told by its text: out of memory has a remedy of its own.

    Libraries wrap one error in another: the text of the whole chain is looked at, and the innermost line is shown.
    """
    chain = [error]
    while (inner := chain[-1].__cause__ or chain[-1].__context__) is not None and inner not in chain:
        chain.append(inner)
    texts = [str(link).strip() or type(link).__name__ for link in chain]
    for text in texts:
        if any(sign in text.lower() for sign in OUT_OF_MEMORY):
            return EngineError(
                f"out of memory ({_first_line(text)})",
                where=where,
                do="use a smaller model or dtype, more GPUs (--engine-option tensor_parallel_size=2), a shorter window "
                "(--engine-option max_model_len=4096), fewer sequences at once (transformers: --engine-option "
                "batch_size=8), or stop what else uses the device",
            )
    return EngineError(f"the model could not be run ({_first_line(texts[0])})", where=where, do="see rewardlab doctor")


def _first_line(text: str) -> str:
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return " ".join(lines[:2])[:300] if lines else text
