"""
Peer: a character-level GPT in nanoGPT's setting for a CPU, in PyTorch.

4 layers, 4 heads, width 128, context 64, batch 12, no biases, no dropout, tied head; AdamW 1e-3 falling to 1e-4 at step
2 000, betas 0.9 and 0.99, weight decay 0.1 on matrices, clipping 1.0 (nanoGPT's README and train_shakespeare_char.py,
which report a validation loss of 1.88 on tiny Shakespeare after 2 000 steps). Without `--text` it trains on random
tokens, which cost the same.
"""

import sys
from pathlib import Path

import peer

BATCH, CONTEXT, VOCABULARY = 12, 64, 65
TRAINING_SHARE = 0.9


def main() -> None:
    """Runs from the command line."""
    parser = peer.parser(__doc__, steps=200, warmup=20)
    parser.add_argument("--text", type=Path, help="UTF-8 text; its last tenth is for validation")
    parser.add_argument("--validation-batches", type=int, default=0, help="print the loss over these after the run")
    parser.add_argument("--gelu", choices=["exact", "tanh"], default="exact", help="nanoGPT's is the exact one")
    arguments = parser.parse_args()
    if arguments.text is not None and not arguments.text.is_file():
        parser.error(f"{arguments.text}: no such file")
    peer.prepare_process(arguments)

    import torch

    from batches import drawer, read_characters
    from gpt import Gpt, Shape
    from training import Recipe, Training

    torch.set_num_threads(arguments.threads)
    torch.manual_seed(arguments.seed)
    if arguments.text is not None:
        data, vocabulary = read_characters(arguments.text)
    else:
        data, vocabulary = torch.randint(VOCABULARY, (1_000_000,)), VOCABULARY
    split = int(TRAINING_SHARE * len(data))
    if len(data) - split <= CONTEXT:
        sys.exit(f"{arguments.text}: {len(data)} characters are too few, a tenth must exceed the context of {CONTEXT}")

    shape = Shape(4, 4, 128, CONTEXT, vocabulary, bias=False, gelu=arguments.gelu)
    recipe = Recipe(
        1e-3, 1e-4, 0.99, 0.1, warmup_steps=100, decay_steps=2000, clip=arguments.clip, autocast=arguments.autocast
    )
    training = Training(Gpt(shape), recipe, drawer(data[:split], BATCH, CONTEXT, arguments.seed))

    def validation_loss(batches: int) -> float:
        """Returns the mean loss over random batches of the held-out text, the same ones at every call."""
        draw = drawer(data[split:], BATCH, CONTEXT, arguments.seed)
        with torch.no_grad():
            return sum(training.loss(draw()).item() for _ in range(batches)) / batches

    facts = {"bench": "char_shakespeare", "gelu": arguments.gelu}
    peer.measure(arguments, training, BATCH * CONTEXT, facts, validation_loss)


if __name__ == "__main__":
    main()
