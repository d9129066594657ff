#!/usr/bin/env python3
"""Checks a checkpoint, or a proof of receipts, without the program that wrote it.

    verify_proof.py PUBLIC_KEY FILE [RECEIPTS]

PUBLIC_KEY is what `pledgebook key show` prints, NAME+ID+BASE64: get it from the maker by another way than FILE.
FILE is a checkpoint or a proof. RECEIPTS, one a line as exported, are compared with a checkpoint.
Needs the Python package cryptography, or else the command openssl.
"""
import base64, hashlib, subprocess, sys, tempfile

sha256 = lambda data: hashlib.sha256(data).digest()

def is_signed(key, text, signature):
    try:
        from cryptography.exceptions import InvalidSignature
        from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
    except ImportError:
        files = [tempfile.NamedTemporaryFile() for _ in range(3)]
        for file, data in zip(files, [bytes.fromhex("302a300506032b6570032100") + key, text, signature]):
            file.write(data), file.flush()
        names = dict(zip(["-inkey", "-in", "-sigfile"], [file.name for file in files]))
        command = ["openssl", "pkeyutl", "-verify", "-pubin", "-keyform", "DER", "-rawin", *sum(names.items(), ())]
        return subprocess.run(command, capture_output=True).returncode == 0
    try:
        return Ed25519PublicKey.from_public_bytes(key).verify(signature, text) is None
    except InvalidSignature:
        return False

def checkpoint(note, name, key):  # https://c2sp.org/tlog-checkpoint: how many receipts, and their root
    body, signatures = note.rsplit("\n\n", 1)
    origin, count, root = body.split("\n")[:3]
    key_id = sha256(name.encode() + b"\n\x01" + key)[:4]
    lines = [line.split(" ") for line in signatures.splitlines()]
    ours = [base64.b64decode(line[2]) for line in lines if line[:2] == ["—", name]]
    if origin != name or not any(s[:4] == key_id and is_signed(key, (body + "\n").encode(), s[4:]) for s in ours):
        sys.exit("the checkpoint is not signed by this key")
    return int(count), base64.b64decode(root)

def root_of(leaves):  # RFC 6962, section 2.1
    if len(leaves) == 1:
        return sha256(b"\0" + leaves[0])
    middle = 1 << (len(leaves) - 1).bit_length() - 1
    return sha256(b"\1" + root_of(leaves[:middle]) + root_of(leaves[middle:]))

def climb(hash, index, count, path):  # from a leaf of a tree of that many to the root, by the siblings' hashes
    if count == 1:
        return hash if not path else None
    middle, sibling = 1 << (count - 1).bit_length() - 1, path[-1]
    if index < middle:
        return sha256(b"\1" + climb(hash, index, middle, path[:-1]) + sibling)
    return sha256(b"\1" + sibling + climb(hash, index - middle, count - middle, path[:-1]))

name, _, encoded = sys.argv[1].split("+", 2)
key, text = base64.b64decode(encoded)[1:], open(sys.argv[2], encoding="utf-8").read()
title, *proofs = text.split("c2sp.org/tlog-proof@v1\n")
for proof in proofs:  # https://c2sp.org/tlog-proof
    lines, note = proof.split("\n\n", 1)
    extra, index, *path = lines.split("\n")
    receipt, index = base64.b64decode(extra.split(" ")[1]), int(index.split(" ")[1])
    count, root = checkpoint(note, name, key)
    try:
        proven = climb(sha256(b"\0" + receipt), index, count, [base64.b64decode(hash) for hash in path]) == root
    except (IndexError, TypeError):
        proven = False
    if not proven:
        sys.exit(f"receipt {index + 1} does not stand under its checkpoint")
    payload = receipt.split(b".")[1]
    print(f"receipt {index + 1} of {count} is proven:", base64.urlsafe_b64decode(payload + b"=" * (-len(payload) % 4)).decode())
if not proofs:
    count, root = checkpoint(text, name, key)
    print(f"the checkpoint of {count} receipts is signed by this key")
    if len(sys.argv) > 3:
        lines = open(sys.argv[3], "rb").read().splitlines()
        if len(lines) < count or root_of(lines[:count]) != root:
            sys.exit(f"the first {count} receipts of {sys.argv[3]} are not those that it was signed over")
        print(f"the first {count} receipts of {sys.argv[3]} are those that it was signed over")
