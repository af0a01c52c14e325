"""Vectors that a checkpoint brings in a file of its own: what decides them."""

import hashlib

import numpy as np

from analysis.study import CheckpointSpec
from analysis.vector_files import fingerprint_of_vectors
from models.place import Place


def test_the_file_is_hashed_once_while_it_stays_the_same(tmp_path, monkeypatch):
    file = tmp_path / "own.npy"
    np.save(file, np.zeros((3, 2), np.float32))
    spec, place = CheckpointSpec(name="own", family="vectors", model="own.npy"), Place(tmp_path)
    monkeypatch.setattr("models.hashes.TICK", -1)  # a file may be remembered from its first moment on
    read, digest = [], hashlib.file_digest
    monkeypatch.setattr(hashlib, "file_digest", lambda *given: read.append(given) or digest(*given))
    first = fingerprint_of_vectors(spec, place)
    assert fingerprint_of_vectors(spec, place) == first == hashlib.sha256(file.read_bytes()).hexdigest()
    assert len(read) == 1
    np.save(file, np.ones((3, 3), np.float32))
    assert fingerprint_of_vectors(spec, place) != first
