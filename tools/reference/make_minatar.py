#!/usr/bin/env python3
"""Plays episodes of the games in minatar.py and writes what happened, for the product's games to be compared with.

Usage: tools/reference/make_minatar.py [--check]
"""

import json
import pathlib
import sys

from minatar import GAMES, MASK64, SIDE, Chance

OUTPUT = pathlib.Path(__file__).parents[2] / "tests/Polymath.Fields.Tests/Golden/minatar.json"
MOST_STEPS, HASH_INTERVAL = 2500, 50

# One action in so many is any, and one the last again: two clumsy episodes a game, and a careful one, which comes far
# enough to see bricks laid anew, waves cleared and six divers landed.
CAREFUL_SEEDS = {"breakout": 41, "freeway": 2, "asterix": 33, "space-invaders": 33, "seaquest": 24}
CLUMSY, CAREFUL = {"whim": 12, "stickiness": 10}, {"whim": 80, "stickiness": 1 << 40}


def fold(value, number):
    """FNV-1a, a number at a time."""
    return ((value ^ number) * 0x100000001B3) & MASK64


def play(kind, seed, whim, stickiness):
    """An episode of the advised actions, now and then another one, now and then the last one again."""
    chance, choices = Chance(seed, "games of ten by ten"), Chance(seed, "actions of an episode")
    game = kind(chance)
    action, actions, rewards, hashes, value, over = 0, [], [], [], 0xCBF29CE484222325, False
    while not over and len(actions) < MOST_STEPS:
        wish = choices.below(6) if choices.below(whim) == 0 else game.advice()
        action = action if choices.below(stickiness) == 0 else wish
        reward, over = game.step(action, chance)
        actions.append(str(action))
        if reward:
            rewards.append([len(actions), reward])
        for plane, cells in enumerate(game.planes()):
            for x, y in sorted(cells, key=lambda cell: (cell[1], cell[0])):
                if 0 <= x < SIDE:
                    value = fold(value, plane * SIDE * SIDE + y * SIDE + x)
        if len(actions) % HASH_INTERVAL == 0 or over:
            hashes.append(f"{value:016x}")
    return {"seed": seed, "actions": "".join(actions), "isOver": over, "rewards": rewards, "hashes": hashes}


def main():
    episodes = {
        kind.name: [play(kind, 1, **CLUMSY), play(kind, (7 << 32) + 3, **CLUMSY), play(kind, CAREFUL_SEEDS[kind.name], **CAREFUL)]
        for kind in GAMES}
    for name, played in episodes.items():
        print(name, [(len(one["actions"]), sum(reward for _, reward in one["rewards"])) for one in played])
    text = json.dumps({"hashInterval": HASH_INTERVAL, "games": episodes}, separators=(",", ":")).replace("{\"seed", "\n{\"seed")
    if "--check" in sys.argv:
        same = OUTPUT.read_text() == text + "\n"
        print("the same" if same else f"{OUTPUT} differs")
        return 0 if same else 1
    OUTPUT.parent.mkdir(exist_ok=True)
    OUTPUT.write_text(text + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
