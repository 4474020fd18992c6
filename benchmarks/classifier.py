"""Speed and memory of the shipped model, beside a plain scikit-learn pipeline on the same texts in the same run.

At last the areas of 10,000 texts are learnt as ``machikoe model train`` would, in processor seconds.
"""

import os

os.environ.setdefault("OMP_NUM_THREADS", "1")
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import argparse
import json
import resource
import statistics
import time
from collections.abc import Callable, Sequence
from typing import Any

import classifier
from classifier import corpus
from classifier.embedding import learning_embedder
from classifier.labelled import Labelled, train_labelled

_LEARNT = 10_000


def milliseconds_each(read: Callable[[list[str]], Any], texts: Sequence[str]) -> float:
    """Median milliseconds for one text at a time."""
    spent = []
    for text in texts:
        start = time.perf_counter()
        read([text])
        spent.append(time.perf_counter() - start)
    return 1000 * statistics.median(spent)


def texts_a_second(read: Callable[[list[str]], Any], texts: list[str]) -> tuple[float, float]:
    """Texts a second when many are given at once: by the clock, and by the time the processor spent."""
    start, spent = time.perf_counter(), time.process_time()
    read(texts)
    return len(texts) / (time.perf_counter() - start), len(texts) / (time.process_time() - spent)


def resident_mb() -> float:
    """Highest resident memory of this process so far, in MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def plain_pipeline(rows: Sequence[corpus.Opinion]) -> Any:
    """What most would start from: character TF-IDF and logistic regression, areas only."""
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline

    pipeline = make_pipeline(TfidfVectorizer(analyzer="char", ngram_range=(1, 3)), LogisticRegression(max_iter=100))
    return pipeline.fit([row.text for row in rows], [row.area for row in rows])


def learning() -> tuple[int, float]:
    """How many texts were learnt from, opinions and then phrases of the handbook, and the processor seconds it took."""
    rows = [(row.text, row.area) for row in corpus.opinions()] + [(text, area) for area, text in corpus.handbook()]
    texts, areas = zip(*rows[:_LEARNT], strict=True)
    embedder = learning_embedder()
    start = time.process_time()
    train_labelled(Labelled(texts, areas), embedder=embedder)
    return len(texts), time.process_time() - start


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--texts", type=int, default=1000)
    count = parser.parse_args().texts
    start = time.perf_counter()
    reader = classifier.load()
    reader.read(["はじめの一通"])
    loaded = time.perf_counter() - start
    memory = resident_mb()
    rows = [row for row in corpus.opinions() if row.source == "opinions"]
    texts = [row.text for row in rows[:: max(1, len(rows) // count)]][:count]
    figures = {
        "load_seconds": loaded,
        "rss_mb_after_load": memory,
        "single_p50_ms": milliseconds_each(reader.read, texts[:300]),
    }
    figures["batch_per_second"], figures["batch_per_cpu_second"] = texts_a_second(reader.read, texts)
    figures["rss_mb_after_batch"] = resident_mb()
    plain = plain_pipeline(rows[::4])
    figures["plain_single_p50_ms"] = milliseconds_each(plain.predict_proba, texts[:300])
    found = texts_a_second(plain.predict_proba, texts)
    figures["plain_batch_per_second"], figures["plain_batch_per_cpu_second"] = found
    figures["single_ratio"] = figures["single_p50_ms"] / figures["plain_single_p50_ms"]
    figures["batch_ratio"] = figures["batch_per_cpu_second"] / figures["plain_batch_per_cpu_second"]
    figures["training_texts"], figures["training_cpu_seconds"] = learning()
    print(json.dumps({name: round(value, 3) for name, value in figures.items()}, indent=1))


if __name__ == "__main__":
    main()
