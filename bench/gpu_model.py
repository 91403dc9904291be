"""A model with random weights and a tokenizer of made-up words, saved as transformers saves one."""

from __future__ import annotations

import sys
from pathlib import Path

import torch
from tokenizers import Tokenizer, models, pre_tokenizers
from transformers import PreTrainedTokenizerFast, Qwen3Config, Qwen3ForCausalLM

from bench.gpu import IS_SMALL, SHAPE, SMALL_SHAPE, VOCABULARY


def main(folder: Path) -> None:
    torch.manual_seed(0)
    shape = SMALL_SHAPE if IS_SMALL else SHAPE
    config = Qwen3Config(
        vocab_size=VOCABULARY, num_key_value_heads=4, max_position_embeddings=1024, tie_word_embeddings=True, **shape
    )
    Qwen3ForCausalLM(config).to(torch.bfloat16).save_pretrained(folder)
    words = Tokenizer(models.WordLevel({f"w{number}": number for number in range(VOCABULARY)}, unk_token="w0"))  # noqa: S106 - a word
    words.pre_tokenizer = pre_tokenizers.WhitespaceSplit()
    PreTrainedTokenizerFast(tokenizer_object=words, eos_token="w1", pad_token="w0").save_pretrained(folder)  # noqa: S106 - words


main(Path(sys.argv[1]))
