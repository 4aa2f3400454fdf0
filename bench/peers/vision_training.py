"""
Peer: a classifier of 28 x 28 grey images, a transformer over 49 patches behind convolutions, on random images in PyTorch.

AdamW, clipping 1.0; fp32, or bf16 products with `--autocast`. What it calls tokens are images.
"""

import peer

SIDE, PATCH, CLASSES, IMAGES = 28, 4, 10, 4096


def main() -> None:
    """Runs from the command line."""
    parser = peer.parser(__doc__, steps=10, warmup=5)
    parser.add_argument("--layers", type=int, default=2)
    parser.add_argument("--heads", type=int, default=3)
    parser.add_argument("--width", type=int, default=96)
    parser.add_argument("--hidden", type=int, default=256, help="hidden columns of the feed-forward layers")
    parser.add_argument("--batch", type=int, default=64)
    parser.add_argument("--stem", default="32,64,64", help="channels of the convolutions, the first of stride 2")
    parser.add_argument("--stem-norm", action="store_true", help="norms behind the convolutions")
    arguments = parser.parse_args()
    peer.prepare_process(arguments)

    import torch

    from training import Recipe, Training
    from vit import Shape, Vit

    torch.set_num_threads(arguments.threads)
    torch.manual_seed(arguments.seed)
    stem = tuple(int(channels) for channels in arguments.stem.split(","))
    positions = (SIDE // PATCH) ** 2
    shape = Shape(
        arguments.layers, arguments.heads, arguments.width, arguments.hidden, stem, positions, CLASSES,
        arguments.stem_norm,
    )
    recipe = Recipe(
        3e-3, 3e-4, 0.95, 0.1, warmup_steps=100, decay_steps=2000, clip=arguments.clip, autocast=arguments.autocast
    )
    images = torch.rand(IMAGES, 1, SIDE, SIDE) * 4 - 2
    labels = torch.randint(CLASSES, (IMAGES,))

    def draw() -> tuple[torch.Tensor, torch.Tensor]:
        chosen = torch.randint(IMAGES, (arguments.batch,))
        return images[chosen], labels[chosen]

    training = Training(Vit(shape), recipe, draw)
    facts = {"bench": "vision_training", "stem": arguments.stem, "width": arguments.width, "layers": arguments.layers}
    peer.measure(arguments, training, arguments.batch, facts)


if __name__ == "__main__":
    main()
