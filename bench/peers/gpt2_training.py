"""
Peer: GPT-2 training on random tokens, batch 4 x 256, in PyTorch.

`--size 124m` is GPT-2's smallest (12 layers, 12 heads, width 768, vocabulary 50 257, context 1 024); `--size small` has
6 layers, 6 heads, width 384 and vocabulary 4 096. AdamW, clipping 1.0; fp32, or bf16 products with `--autocast`.
"""

import peer

BATCH, LENGTH = 4, 256


def main() -> None:
    """Runs from the command line."""
    parser = peer.parser(__doc__, steps=5, warmup=2)
    parser.add_argument("--size", choices=["124m", "small"], default="124m")
    parser.add_argument("--gelu", choices=["exact", "tanh"], default="tanh", help="GPT-2's is the tanh one")
    arguments = parser.parse_args()
    peer.prepare_process(arguments)

    import torch

    from batches import drawer
    from gpt import Gpt, Shape
    from training import Recipe, Training

    torch.set_num_threads(arguments.threads)
    torch.manual_seed(arguments.seed)
    if arguments.size == "124m":
        shape = Shape(12, 12, 768, 1024, 50257, bias=True, gelu=arguments.gelu)
    else:
        shape = Shape(6, 6, 384, LENGTH, 4096, bias=True, gelu=arguments.gelu)
    recipe = Recipe(
        6e-4, 6e-5, 0.95, 0.1, warmup_steps=100, decay_steps=2000, clip=arguments.clip, autocast=arguments.autocast
    )
    data = torch.randint(shape.vocabulary, (1_000_000,))
    training = Training(Gpt(shape), recipe, drawer(data, BATCH, LENGTH, arguments.seed))
    facts = {"bench": f"gpt2_training_{arguments.size}", "gelu": arguments.gelu}
    peer.measure(arguments, training, BATCH * LENGTH, facts)


if __name__ == "__main__":
    main()
