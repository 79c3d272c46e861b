"""Make a random text model, a tokenizer and a dataset that train on a CPU in seconds."""

from __future__ import annotations

import json
import os

import torch  # type: ignore[import-not-found]
from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers  # type: ignore[import-not-found]
from transformers import PreTrainedTokenizerFast, Qwen3Config, Qwen3ForCausalLM, Qwen3VLConfig  # type: ignore[import-not-found]

SPECIAL = ["<|endoftext|>", "<|im_start|>", "<|im_end|>"]
CHAT_TEMPLATE = (
    "{% for m in messages %}<|im_start|>{{ m.role }}\n{{ m.content }}<|im_end|>\n{% endfor %}"
    "{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}"
)


def make_dataset(folder: str) -> str:
    """A JSONL of 16 conversations."""
    path = os.path.join(folder, "train.jsonl")
    with open(path, "w", encoding="utf-8") as file:
        for number in range(16):
            question = f"请列出第{number}张照片中的部件"
            answer = f"断路器x{number % 5}，接线端子x{number % 7}，螺丝x{number * 3 % 11}"
            messages = [
                {"role": "user", "content": question},
                {"role": "assistant", "content": answer},
            ]
            file.write(json.dumps({"messages": messages}, ensure_ascii=False) + "\n")
    return path


def make_text_model(folder: str, dataset: str) -> str:
    """A random Qwen3 of two layers, with a BPE tokenizer trained on the dataset."""
    path = os.path.join(folder, "qwen3-tiny")
    tokenizer = make_tokenizer(dataset)
    torch.manual_seed(17)
    config = Qwen3Config(
        vocab_size=len(tokenizer),
        hidden_size=32,
        intermediate_size=64,
        num_hidden_layers=2,
        num_attention_heads=2,
        num_key_value_heads=1,
        head_dim=16,
        max_position_embeddings=4096,
        tie_word_embeddings=True,
        eos_token_id=tokenizer.convert_tokens_to_ids("<|im_end|>"),
        pad_token_id=tokenizer.convert_tokens_to_ids("<|endoftext|>"),
    )
    Qwen3ForCausalLM(config).save_pretrained(path)
    tokenizer.save_pretrained(path)
    return path


def make_tokenizer(dataset: str) -> PreTrainedTokenizerFast:
    """A byte-level BPE of a few hundred tokens."""
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    alphabet = pre_tokenizers.ByteLevel.alphabet()
    trainer = trainers.BpeTrainer(vocab_size=400, special_tokens=SPECIAL, initial_alphabet=alphabet)
    tokenizer.train([dataset], trainer)
    return PreTrainedTokenizerFast(
        tokenizer_object=tokenizer,
        eos_token="<|im_end|>",
        pad_token="<|endoftext|>",
        chat_template=CHAT_TEMPLATE,
    )


def make_vision_config(folder: str) -> str:
    """A Qwen3-VL checkpoint without weights: arguments only read its config."""
    path = os.path.join(folder, "qwen3-vl-tiny")
    config = Qwen3VLConfig(architectures=["Qwen3VLForConditionalGeneration"])
    config.save_pretrained(path)
    return path
