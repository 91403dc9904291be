"""The files behind a path: one, those of a folder, those of a pattern."""

from __future__ import annotations

import glob
import hashlib
from collections.abc import Sequence
from pathlib import Path

from rewardlab.errors import InputError

#: The endings of files with rows, behind which .gz or .zst may stand.
ENDINGS = (".jsonl", ".ndjson", ".json", ".csv", ".tsv", ".parquet", ".arrow", ".eval", ".jsonl.out")
PACKED = (".gz", ".zst")
#: What writers lay beside rows: settings, summaries. Taken only where nothing else is there.
BESIDE = (".json",)
#: A folder of `datasets`, and one of several splits.
SAVED, SPLITS = "state.json", "dataset_dict.json"
#: The file of a HELM run that holds its generations, among others that hold its settings and statistics.
HELM_STATE = "scenario_state.json"


def files_of(path: Path, *, what: str) -> tuple[Path, ...]:
    """The files of a path, sorted: itself, those with rows in a folder and below it, or those that fit a pattern.

    Raises: InputError where there is none, and for a folder whose files are of several kinds.
    """
    if path.is_dir():
        return _in_folder(path, what=what)
    if not path.exists() and glob.has_magic(str(path)):
        found = tuple(Path(name) for name in sorted(glob.glob(str(path), recursive=True)) if Path(name).is_file())
        if not found:
            raise InputError("fits no file", where=str(path), expected=f"a pattern of files with {what}")
        return found
    return (path,)


def _in_folder(folder: Path, *, what: str) -> tuple[Path, ...]:
    found = [one for one in sorted(folder.rglob("*")) if one.is_file() and kind_of_name(one) and not _is_hidden(one)]
    found = [one for one in found if _unpacked_name(one) == HELM_STATE] or found
    kinds = {kind_of_name(one) for one in found}
    if len(kinds) > 1:
        found = [one for one in found if kind_of_name(one) not in BESIDE]
        kinds = {kind_of_name(one) for one in found}
    if len(kinds) > 1:
        raise InputError(
            f"the folder holds files of several kinds ({', '.join(sorted(filter(None, kinds)))})",
            where=str(folder),
            expected=f"files with {what}",
            do=f"name those meant: '{folder}/*{min(filter(None, kinds))}'",
        )
    if not found:
        raise InputError(
            "is a folder with no file of rows", where=str(folder), expected=", ".join(f"*{one}" for one in ENDINGS)
        )
    return tuple(found)


def kind_of_name(path: Path) -> str | None:
    """The ending of a file with rows, without what packs it; None for any other."""
    name = _unpacked_name(path)
    return next((ending for ending in sorted(ENDINGS, key=len, reverse=True) if name.endswith(ending)), None)


def _unpacked_name(path: Path) -> str:
    name = path.name.lower()
    for packed in PACKED:
        name = name.removesuffix(packed)
    return name


def _is_hidden(path: Path) -> bool:
    return path.name.startswith((".", "_")) or path.name in {SAVED, SPLITS, "dataset_info.json"}


def digest_of(path: Path) -> str:
    """The SHA-256 of a file in hexadecimal; of several, of their names and digests.

    Raises: OSError where one cannot be read; InputError as `files_of`.
    """
    files: Sequence[Path] = files_of(path, what="rows")
    digests = []
    for file in files:
        with file.open("rb") as opened:
            digests.append(hashlib.file_digest(opened, "sha256").hexdigest())
    if files == (path,):
        return digests[0]
    listed = "\n".join(f"{file}:{digest}" for file, digest in zip(files, digests, strict=True))
    return hashlib.sha256(listed.encode("utf-8", "surrogateescape")).hexdigest()
