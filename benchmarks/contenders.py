"""One program that reads pages, in a process of its own, for `speed.py`: told pages one by one, answers with seconds.

    python benchmarks/contenders.py NAME THREADS

Writes a line of JSON when it is ready, reads the path of a page from each line of the standard input, and answers each
with `seconds` of the wall clock and `cpu`, those of all its processor time.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

    import numpy as np
    from numpy.typing import NDArray

    Reader = Callable[[Path], object]

LINE_HEIGHT = 48  # of what recognition is given; pages are given to detection in multiples of 32 pixels


def digitize(threads: int, precision: str = "full") -> Reader:
    """This program: the whole path, with all files written."""
    from digitize.batch.job import Job, load_stages  # noqa: PLC0415 - each contender loads its own
    from digitize.batch.reading import read_entry  # noqa: PLC0415 - the same
    from digitize.ocr.weights import find_weights  # noqa: PLC0415
    from digitize.options import Options  # noqa: PLC0415
    from digitize.scan import find_inputs  # noqa: PLC0415

    options = Options(device="cpu", precision=precision)
    job = Job(Path(tempfile.mkdtemp()), options, find_weights(options.model).digest, force=True)
    stages = load_stages(options, threads)

    def read(page: Path) -> object:
        (entry,) = find_inputs([page])
        ended = [outcome for outcomes in read_entry(entry, job, lambda: stages) for outcome in outcomes]
        if any(outcome.error for outcome in ended):
            raise RuntimeError(f"{page}: {ended}")
        return ended

    return read


def half(threads: int) -> Reader:
    """The same with lines read in half precision."""
    return digitize(threads, "half")


def limit(threads: int, *, in_turn: bool = False) -> Reader:
    """The networks alone, whole as they come: what this program gave them for a page is given to them again, as it was.

    Lines run side by side, each batch in one thread, as this program has them; or `in_turn`, each in all threads.
    """
    from digitize.ocr import networks  # noqa: PLC0415 - each contender loads its own
    from digitize.ocr.engine import open_engine  # noqa: PLC0415
    from digitize.ocr.weights import find_weights  # noqa: PLC0415
    from digitize.options import Options  # noqa: PLC0415
    from digitize.pipeline import process  # noqa: PLC0415
    from digitize.scan import open_scans  # noqa: PLC0415

    options = Options(device="cpu")
    engine = open_engine(options, threads)
    weights = find_weights(options.model)
    detection = networks.Network(weights.detection.onnx, "cpu", threads)
    recognition = networks.Network(weights.recognition.onnx, "cpu", threads if in_turn else 1)
    given: list[NDArray[np.float32]] = []
    run = networks.Network.run

    def noted(self: networks.Network, tensor: NDArray[np.float32]) -> tuple[NDArray[Any], ...]:
        given.append(tensor)
        return run(self, tensor)

    known: dict[Path, list[NDArray[np.float32]]] = {}

    def learn(page: Path) -> None:
        given.clear()
        networks.Network.run = noted  # type: ignore[method-assign]
        for scan in open_scans(page, "page", options):
            process(scan, engine, options)  # type: ignore[arg-type]
        networks.Network.run = run  # type: ignore[method-assign]
        known[page] = list(given)

    def read(page: Path) -> object:
        # Detection runs in all threads at once.
        lines = [tensor for tensor in known[page] if tensor.shape[2] == LINE_HEIGHT]
        for tensor in (tensor for tensor in known[page] if tensor.shape[2] != LINE_HEIGHT):
            detection.run(tensor)
        with ThreadPoolExecutor(1 if in_turn else threads) as pool:
            list(pool.map(recognition.run, lines))
        return None

    read.learn = learn  # type: ignore[attr-defined]
    return read


def runs(threads: int) -> Reader:
    """The same networks, one run after the other: the sum of what their runs take."""
    return limit(threads, in_turn=True)


def paddleocr(threads: int) -> Reader:
    """PaddleOCR as it comes, with the same networks on ONNX Runtime; text only, without models that turn and unwarp pages."""
    from digitize.ocr.fetch import _paddleocr  # noqa: PLC0415 - quietly imported, nothing else is different
    from digitize.ocr.weights import find_weights  # noqa: PLC0415

    weights = find_weights("small")
    reader = _paddleocr().PaddleOCR(
        text_detection_model_name=weights.detection.model_name,
        text_detection_model_dir=str(weights.detection.folder),
        text_recognition_model_name=weights.recognition.model_name,
        text_recognition_model_dir=str(weights.recognition.folder),
        use_doc_orientation_classify=False,
        use_doc_unwarping=False,
        use_textline_orientation=False,
        device="cpu",
        engine="onnxruntime",
        engine_config={"intra_op_num_threads": threads},
    )
    return lambda page: reader.predict(str(page))


def rapidocr(threads: int) -> Reader:
    """RapidOCR as it comes, with the same networks on ONNX Runtime; text only, without the model that turns lines."""
    from rapidocr import RapidOCR  # noqa: PLC0415 - each contender loads its own

    from digitize.ocr.weights import find_weights  # noqa: PLC0415

    weights = find_weights("small")
    reader: Any = RapidOCR(
        params={
            "Global.log_level": "error",
            "Global.use_cls": False,
            "Det.model_path": str(weights.detection.onnx),
            "Rec.model_path": str(weights.recognition.onnx),
            "EngineConfig.onnxruntime.intra_op_num_threads": threads,
        }
    )
    return lambda page: reader(str(page))


def tesseract(threads: int) -> Reader:
    """Tesseract with its model for simplified Chinese, a process for each page, as its command line has it; text only."""
    environ = os.environ | {"OMP_THREAD_LIMIT": str(threads)}
    command = ["tesseract", "PAGE", "-", "-l", "chi_sim", "--psm", "1"]

    def read(page: Path) -> object:
        told = [str(page) if word == "PAGE" else word for word in command]
        return subprocess.run(told, env=environ, check=True, capture_output=True)

    return read


CONTENDERS: dict[str, Callable[[int], Reader]] = {
    "digitize": digitize,
    "half": half,
    "limit": limit,
    "runs": runs,
    "PaddleOCR": paddleocr,
    "RapidOCR": rapidocr,
    "Tesseract": tesseract,
}


def main(name: str, threads: int) -> None:
    """Answer each page with the time it took."""
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)  # what libraries print is no answer
    import cv2  # noqa: PLC0415 - all of them use it

    cv2.setNumThreads(threads)
    read = CONTENDERS[name](threads)
    print(json.dumps({"ready": name}), file=answers, flush=True)
    for line in sys.stdin:
        page = Path(line.rstrip("\n"))
        if learn := getattr(read, "learn", None):
            learn(page)
        before, started = os.times(), time.perf_counter()
        read(page)
        seconds, after = time.perf_counter() - started, os.times()
        cpu = sum(after[:4]) - sum(before[:4])
        print(json.dumps({"seconds": seconds, "cpu": cpu}), file=answers, flush=True)


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
