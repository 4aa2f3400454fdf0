"""Golden BLEU and chrF2 of small corpora, by the definitions that sacreBLEU states (Post, 2018; Popovic, 2015).

Independent of the C# code: writes tests/Polymath.Fields.Tests/Golden/translation-scores.json.
"""
import json, math, pathlib, re
from collections import Counter

CORPORA = [
    (["The dog bit the man.", "It wasn't surprising.", "The man had just bitten him."],
     ["The dog bit the man.", "It was not unexpected.", "The man bit him first."]),
    (["am I am a character sequence"], ["I am a symbol string sequence a a"]),
    (["La lima {0} no podría ser encontrada."], ["No se pudo encontrar el archivo {0}."]),
    (["Das kostet 3.141,59 Euro (d.h. viel) - oder 10-20 &amp; mehr!"], ["Es kostet 3.141,59 Euro, d.h. viel: 10-20 &amp; mehr!"]),
    (["Élève \U0001F99C de l'école n\u00b0 5, s'il vous pla\u00eet."], ["L'élève \U0001F99C de l'école n\u00b0 5, svp."]),
    (["", "a b c d e f"], ["nothing here", "a b c d e f g h"]),
    (["same words here now"], ["same words here now"]),
    (["x"], ["y"]),
]


def words(line):
    line = line.rstrip().replace("<skipped>", "").replace("-\n", "").replace("\n", " ")
    for entity, sign in (("&quot;", '"'), ("&amp;", "&"), ("&lt;", "<"), ("&gt;", ">")):
        line = line.replace(entity, sign)
    # All ASCII but letters, digits, '.', ',', '-' and the apostrophe stand alone.
    line = "".join(f" {c} " if c < "\x7f" and not c.isalnum() and c not in ".,-'" else c for c in f" {line} ")
    line = re.sub(r"(?<![0-9])([.,])|([.,])(?![0-9])", lambda m: f" {m.group(0)} ", line)
    return re.sub(r"(?<=[0-9])-", " - ", line).split()


def grams(items, n):
    return Counter(tuple(items[i:i + n]) for i in range(len(items) - n + 1))


def bleu(hypotheses, references):
    hits, totals, length, wanted = [0] * 4, [0] * 4, 0, 0
    for h, r in zip(map(words, hypotheses), map(words, references)):
        length, wanted = length + len(h), wanted + len(r)
        for n in range(4):
            hits[n] += sum((grams(h, n + 1) & grams(r, n + 1)).values())
            totals[n] += max(0, len(h) - n)
    if not any(hits) or not all(totals):
        return 0.0
    smooth, logs = 1, 0
    for hit, total in zip(hits, totals):
        if hit == 0:
            smooth *= 2
        logs += math.log(100 * hit / total if hit else 100 / (smooth * total)) / 4
    return math.exp(logs) * (1 if length >= wanted else math.exp(1 - wanted / length))


def chrf(hypotheses, references):
    precisions, recalls = [], []
    for n in range(1, 7):
        made = wanted = hits = 0
        for h, r in zip(hypotheses, references):
            h, r = (grams("".join(x.split()), n) for x in (h, r))
            made += sum(h.values()) if r else 0
            wanted, hits = wanted + sum(r.values()), hits + sum((h & r).values())
        if made and wanted:
            precisions.append(hits / made)
            recalls.append(hits / wanted)
    if not precisions or sum(precisions) == 0:
        return 0.0
    p, r = sum(precisions) / len(precisions), sum(recalls) / len(recalls)
    return 100 * 5 * p * r / (4 * p + r)


target = pathlib.Path(__file__).parents[2] / "tests/Polymath.Fields.Tests/Golden/translation-scores.json"
target.write_text(json.dumps(
    [{"hypotheses": h, "references": r, "bleu": bleu(h, r), "chrf": chrf(h, r)} for h, r in CORPORA],
    indent=2, ensure_ascii=True) + "\n")
