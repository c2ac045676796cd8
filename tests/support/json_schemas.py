"""json_schemas.py SCHEMAS FOLDER: is all that zdm printed as JSON what the schemas say?

FOLDER holds what commands printed, a file each, COMMAND.N. Which schema it must meet tells the
command, and for some what stands in the document. Prints what differs; exits with 1 then.
"""
import json
import pathlib
import sys

try:
    import jsonschema
except ImportError:
    sys.exit("tests/support/json_schemas.py needs the Debian package python3-jsonschema")

LINES = {"run": "run-line", "log": "log-line"}
NAMES = {"pause": "order", "resume": "order", "cancel": "order", "tune": "order"}


def schema_name(command, document):
    if set(document) == {"errors", "exit_code"}:
        return "error"
    if command == "status" and "plans" in document:
        return "status-plans"
    if command == "quarantine":
        return "quarantine-list" if "rows" in document else "quarantine-retry"
    return LINES.get(command) or NAMES.get(command, command)


def nearest(error):
    """What is wrong with the one of several schemas that was meant: whose constants are those of the document."""
    while error.context:
        branches = {}
        for inner in error.context:
            branches.setdefault(inner.schema_path[0], []).append(inner)
        errors = min(branches.values(), key=lambda e: (sum(i.validator == "const" for i in e), len(e)))
        error = jsonschema.exceptions.best_match(errors)
    return error


def load(folder):
    """The schemas by name, each with what common.schema.json defines in itself."""
    texts = {p.name: p.read_text() for p in pathlib.Path(folder).glob("*.schema.json")}
    inside = texts["common.schema.json"].replace('"#/$defs/', '"#/$defs/common/')
    schemas = {}
    for name, text in texts.items():
        schema = json.loads(text.replace('"common.schema.json#/$defs/', '"#/$defs/common/'))
        jsonschema.Draft202012Validator.check_schema(schema)
        del schema["$id"]
        schema.setdefault("$defs", {})["common"] = json.loads(inside)["$defs"]
        schemas[name] = jsonschema.Draft202012Validator(schema)
    return schemas


def main(schemas, folder):
    validators = load(schemas)
    wrong = 0
    for path in sorted(pathlib.Path(folder).iterdir()):
        command = path.name.split(".")[0]
        text = path.read_text()
        # zdm rollback prints lines, and one document with --dry-run.
        if command == "rollback" and not text.startswith("{\n"):
            command = "run"
        for document in text.splitlines() if command in LINES else [text]:
            if not document.strip():
                continue
            document = json.loads(document)
            name = schema_name(command, document) + ".schema.json"
            if name not in validators:
                print(f"zdm {command} --format json: there is no docs/reference/schemas/{name}")
                wrong += 1
                continue
            error = jsonschema.exceptions.best_match(validators[name].iter_errors(document))
            if error:
                error = nearest(error)
                place = "/".join(str(part) for part in error.absolute_path)
                print(f"{path}: not as docs/reference/schemas/{name} says: /{place}: {error.message[:2000]}")
                wrong += 1
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
