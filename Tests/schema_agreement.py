"""Checks that the schemas in campaigns/ and the program agree on the shape of campaign files, of the profiles of
rehearsals, and of mapping files.

Run it with a Python that has `jsonschema` (scripts/test makes a venv under .build/):

    python Tests/schema_agreement.py [PLEDGEBOOK]

Over Tests/Fixtures/campaigns/, Tests/Fixtures/rehearsals/, Tests/Fixtures/mappings/ and the samples in campaigns/:

  good/       the schema accepts, the program accepts
  bad/        the schema refuses, the program refuses (the shape is wrong)
  bad-rules/  the schema accepts, the program refuses (only rules that a schema cannot say are broken)

The program's side runs in the Swift tests `CampaignReaderTests`, `RehearsalReaderTests` and `SourceMapTests` over the same folders. With
PLEDGEBOOK, the path of the built command, `pledgebook campaign check FILE` is run over every campaign as well: exit 0
accepts, 1 or 2 refuses.
"""

import json
import pathlib
import subprocess
import sys

from jsonschema import Draft202012Validator

ROOT = pathlib.Path(__file__).resolve().parent.parent
FIXTURES = ROOT / "Tests" / "Fixtures"
# Folder of fixtures, schema, samples.
KINDS = (
    ("campaigns", "campaign.schema.json", "*/campaign.json"),
    ("rehearsals", "rehearsal.schema.json", "rehearsals/*.json"),
    ("mappings", "mapping.schema.json", "mappings/*.json"),
)


def properties_without_help(node, path="$"):
    """Yields the paths of properties that an editor could say nothing about."""
    if isinstance(node, list):
        for index, element in enumerate(node):
            yield from properties_without_help(element, f"{path}[{index}]")
    if not isinstance(node, dict):
        return
    for key, value in node.items():
        is_list_of_properties = key == "properties" and isinstance(value, dict) and node.get("type") == "object"
        if is_list_of_properties:
            for name, schema in value.items():
                is_note = schema == {"$ref": "#/$defs/note"}
                if not is_note and not {"title", "description"} <= schema.keys():
                    yield f"{path}.{name}"
        yield from properties_without_help(value, f"{path}.{key}")


def cases(kind, samples):
    """Yields (file, whether the schema accepts it, whether the program accepts it)."""
    for folder, schema_accepts, program_accepts in (
        ("good", True, True),
        ("bad", False, False),
        ("bad-rules", True, False),
    ):
        files = sorted((FIXTURES / kind / folder).glob("*.json"))
        if not files:
            raise SystemExit(f"{kind}/{folder}: no files")
        for file in files:
            yield file, schema_accepts, program_accepts
    for file in sorted((ROOT / "campaigns").glob(samples)):
        yield file, True, True


def disagreements(kind, schema_name, samples):
    """Returns what is wrong with one kind of file, and how many files were read."""
    schema = json.loads((ROOT / "campaigns" / schema_name).read_text(encoding="utf-8"))
    Draft202012Validator.check_schema(schema)
    validator = Draft202012Validator(schema)
    failures = [f"{schema_name} {path}: has no title or no description" for path in properties_without_help(schema)]
    count = 0
    for file, schema_accepts, program_accepts in cases(kind, samples):
        count += 1
        name = file.relative_to(ROOT)
        errors = list(validator.iter_errors(json.loads(file.read_text(encoding="utf-8"))))
        if schema_accepts and errors:
            failures.append(f"{name}: the schema refuses it: {errors[0].json_path}: {errors[0].message[:100]}")
        if not schema_accepts and not errors:
            failures.append(f"{name}: the schema accepts it")
        if len(sys.argv) > 1 and kind == "campaigns":
            status = subprocess.run([sys.argv[1], "campaign", "check", file], capture_output=True).returncode
            if status not in (0, 1, 2) or (status == 0) != program_accepts:
                failures.append(f"{name}: pledgebook campaign check ends with {status}")
    return failures, count


def main():
    failures = []
    count = 0
    for kind in KINDS:
        found, files = disagreements(*kind)
        failures += found
        count += files
    print("\n".join(failures) or f"{count} files: schemas and program agree")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
