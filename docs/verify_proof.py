#!/usr/bin/env python3
"""Checks a checkpoint, or a proof of receipts, without the program that wrote it: verify_proof.py KEY FILE [RECEIPTS]

KEY is what `pledgebook key show` prints, NAME+ID+BASE64: get it from the maker by another way than FILE, which is a
checkpoint or a proof. RECEIPTS, one a line as exported, are compared with a checkpoint. Needs the Python package
cryptography, or else the command openssl."""
import base64, hashlib, pathlib, subprocess, sys, tempfile
sha256, decode = lambda data: hashlib.sha256(data).digest(), base64.b64decode

def is_signed(text, signature):  # Ed25519
    try:
        from cryptography.exceptions import InvalidSignature
        from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
        return Ed25519PublicKey.from_public_bytes(key).verify(signature, text) is None
    except ImportError:
        with tempfile.TemporaryDirectory() as folder:
            der = bytes.fromhex("302a300506032b6570032100") + key
            for file, data in zip(["key", "text", "signature"], [der, text, signature]):
                pathlib.Path(folder, file).write_bytes(data)
            command = "openssl pkeyutl -verify -pubin -keyform DER -rawin -inkey key -in text -sigfile signature"
            return subprocess.run(command.split(), cwd=folder, capture_output=True).returncode == 0
    except InvalidSignature:
        return False

def checkpoint(note):  # https://c2sp.org/tlog-checkpoint: how many receipts, and their root
    body, signatures = note.rsplit("\n\n", 1)
    origin, count, root = body.split("\n")[:3]
    ours = [decode(line.split(" ")[2]) for line in signatures.splitlines() if line.startswith(f"— {name} ")]
    key_id = sha256(name.encode() + b"\n\x01" + key)[:4]
    if origin != name or not any(s[:4] == key_id and is_signed((body + "\n").encode(), s[4:]) for s in ours):
        sys.exit("the checkpoint is not signed by this key")
    return int(count), decode(root)

def root_of(leaves):  # RFC 6962, section 2.1
    middle = 1 << (len(leaves) - 1).bit_length() >> 1
    return sha256(b"\1" + root_of(leaves[:middle]) + root_of(leaves[middle:]) if middle else b"\0" + leaves[0])

def climb(hash, index, count, path):  # from a leaf of a tree of that many to its root, by the siblings' hashes
    if count == 1 or not path:
        return hash if count == 1 and not path else b"not its root"
    middle = 1 << (count - 1).bit_length() >> 1
    if index < middle:
        return sha256(b"\1" + climb(hash, index, middle, path[:-1]) + path[-1])
    return sha256(b"\1" + path[-1] + climb(hash, index - middle, count - middle, path[:-1]))

name, key = sys.argv[1].split("+")[0], decode(sys.argv[1].split("+", 2)[2])[1:]
_, *proofs = (text := pathlib.Path(sys.argv[2]).read_text("utf-8")).split("c2sp.org/tlog-proof@v1\n")
for lines, note in (proof.split("\n\n", 1) for proof in proofs):  # https://c2sp.org/tlog-proof
    (_, receipt), (_, index), *path = (line.split(" ") for line in lines.split("\n"))
    (count, root), receipt, index = checkpoint(note), decode(receipt), int(index)
    if not 0 <= index < count or climb(sha256(b"\0" + receipt), index, count, [decode(hash) for hash, in path]) != root:
        sys.exit(f"receipt {index + 1} does not stand under its checkpoint")
    print(f"receipt {index + 1} of {count} is proven: {base64.urlsafe_b64decode(receipt.split(b'.')[1] + b'==').decode()}")
if not proofs:
    count, root = checkpoint(text)
    print(f"the checkpoint of {count} receipts is signed by this key")
    for file, lines in ((file, pathlib.Path(file).read_bytes().splitlines()[:count]) for file in sys.argv[3:]):
        if len(lines) < count or root_of(lines) != root:
            sys.exit(f"the first {count} receipts of {file} are not those that it was signed over")
        print(f"the first {count} receipts of {file} are those that it was signed over")
