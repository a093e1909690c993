"""The house holds: doors, entrances, sizes, names. import-linter holds floors and rooms; this holds what it can't say."""

from __future__ import annotations

import ast
import configparser
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

pytestmark = pytest.mark.pure
ROOT = Path(__file__).resolve().parents[2]
SOURCE = ROOT / "src" / "regulars"
GROUND = {"project", "groundwork", "__pycache__"}
CAPABILITIES = {path.name for path in SOURCE.iterdir() if path.is_dir()} - GROUND
DOORS = {"services", "queries", "events"}
ENTRANCES = {"web", "api", "tasks", "reactions", "cli"}
FUNCTION_MAX, MODULE_MAX, TEMPLATE_MAX, CSS_MAX = 70, 500, 200, 250
FORBIDDEN_NAMES = {"data", "info", "obj", "utils", "helpers", "common", "base", "misc"}
VAGUE_VERBS = ("process_", "handle_", "manage_", "do_", "perform_", "update_")


def modules() -> list[Path]:
    return [path for path in SOURCE.rglob("*.py") if "migrations" not in path.parts]


def dotted(path: Path) -> str:
    return ".".join(path.relative_to(SOURCE.parent).with_suffix("").parts).removesuffix(".__init__")


def imports(tree: ast.AST) -> Iterator[tuple[str, int]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module and node.level == 0:
            yield node.module, node.lineno
        elif isinstance(node, ast.Import):
            for name in node.names:
                yield name.name, node.lineno


def trespasses(module: str, source: str) -> list[str]:
    """Imports of another capability that don't go through one of its doors."""
    home = module.split(".")[1]
    found = []
    for target, line in imports(ast.parse(source)):
        parts = target.split(".")
        if parts[0] != "regulars" or len(parts) < 2 or parts[1] not in CAPABILITIES or parts[1] == home:
            continue
        if len(parts) != 3 or parts[2] not in DOORS:
            found.append(f"{module}:{line} enters {target}")
    return found


def short_cuts(module: str, source: str) -> list[str]:
    """Imports of an entrance into its own capability's models."""
    parts = module.split(".")
    if len(parts) < 3 or parts[2] not in ENTRANCES:
        return []
    forbidden = f"regulars.{parts[1]}.models"
    return [f"{module}:{line}" for target, line in imports(ast.parse(source)) if target.startswith(forbidden)]


def test_capabilities_are_entered_by_their_doors_alone() -> None:
    found = [
        fault
        for path in modules()
        if dotted(path).split(".")[1:2] and dotted(path).split(".")[1] in CAPABILITIES
        for fault in trespasses(dotted(path), path.read_text())
    ]
    assert not found, "\n".join(found)


def test_a_planted_trespass_is_found() -> None:
    assert trespasses("regulars.purchases.services.x", "from regulars.customers.models import Customer")
    assert trespasses("regulars.purchases.services.x", "import regulars.customers.services.traits")
    assert not trespasses("regulars.purchases.services.x", "from regulars.customers.services import publish_traits")


def test_entrances_never_touch_models() -> None:
    found = [fault for path in modules() for fault in short_cuts(dotted(path), path.read_text())]
    assert not found, "\n".join(found)
    assert short_cuts("regulars.staff.web.x", "from regulars.staff.models import Employee")


def test_rules_know_neither_framework_nor_clock() -> None:
    found = []
    for path in modules():
        parts = dotted(path).split(".")
        if len(parts) < 3 or parts[2] != "rules":
            continue
        text = path.read_text()
        found += [f"{path}:{line}" for target, line in imports(ast.parse(text)) if target.split(".")[0] == "django"]
        # A generator made from a given seed is as good as a table; the shared one is chance.
        found += [f"{path}: {match[0]}" for match in re.finditer(r"datetime\.now\(|time\.time\(|\brandom\.(?!Random\b)\w+", text)]
    assert not found, "\n".join(found)


def test_the_floor_plan_names_every_capability() -> None:
    plan = configparser.ConfigParser()
    plan.read(ROOT / ".importlinter")
    listed = {name.rpartition(".")[2] for name in plan["importlinter:contract:rooms"]["containers"].split()}
    assert listed == CAPABILITIES


def test_nothing_grows_too_big() -> None:
    found = []
    for path in modules():
        lines = path.read_text().splitlines()
        if len(lines) > MODULE_MAX:
            found.append(f"{path.relative_to(ROOT)}: {len(lines)} lines, {MODULE_MAX} are the limit")
        for node in ast.walk(ast.parse("\n".join(lines))):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                size = (node.end_lineno or node.lineno) - node.lineno + 1
                if size > FUNCTION_MAX:
                    found.append(f"{path.relative_to(ROOT)}:{node.lineno} {node.name}: {size} lines, {FUNCTION_MAX} are the limit")
    for pattern, most in (("*.html", TEMPLATE_MAX), ("*.css", CSS_MAX)):
        for path in SOURCE.rglob(pattern):
            size = len(path.read_text().splitlines())
            if size > most:
                found.append(f"{path.relative_to(ROOT)}: {size} lines, {most} are the limit")
    assert not found, "\n".join(found)


def test_no_module_has_a_name_that_says_nothing() -> None:
    found = [str(path) for path in modules() if path.stem in FORBIDDEN_NAMES]
    assert not found


def test_public_services_name_their_act() -> None:
    found = []
    for path in modules():
        parts = dotted(path).split(".")
        if len(parts) < 3 or parts[2] != "services":
            continue
        for node in ast.parse(path.read_text()).body:
            if isinstance(node, ast.FunctionDef) and node.name.startswith(VAGUE_VERBS):
                found.append(f"{path.relative_to(ROOT)}:{node.lineno} {node.name}")
    assert not found, "\n".join(found)


def test_doors_take_keywords_only_and_explain_themselves() -> None:
    found = []
    for path in modules():
        parts = dotted(path).split(".")
        if len(parts) < 3 or parts[2] != "services" or parts[1] not in CAPABILITIES:
            continue
        for node in ast.parse(path.read_text()).body:
            if (
                isinstance(node, ast.FunctionDef)
                and not node.name.startswith("_")
                and any(
                    isinstance(argument.annotation, ast.Name) and argument.arg == "at" for argument in node.args.kwonlyargs + node.args.args
                )
            ):
                if node.args.args:
                    found.append(f"{path.relative_to(ROOT)}:{node.lineno} {node.name} takes positional arguments")
                if not ast.get_docstring(node):
                    found.append(f"{path.relative_to(ROOT)}:{node.lineno} {node.name} has no docstring")
    assert not found, "\n".join(found)


def committed() -> list[Path]:
    names = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True).stdout.split()
    return [ROOT / name for name in names if (ROOT / name).is_file()]


def test_no_registry_and_no_machine_stands_in_the_repository() -> None:
    registries = re.compile(
        r"pypi\.org|pythonhosted\.org|registry\.npmjs|deb\.debian\.org|crates\.io|/root/|/"
        + "work/|/home/[a-z]+/"  # in two pieces: this file is searched too
    )
    found = []
    for path in committed():
        if path.suffix in {".png", ".ico", ".xlsx", ".mo"} or path == Path(__file__):
            continue
        found += [f"{path.relative_to(ROOT)}: {match[0]}" for match in registries.finditer(path.read_text(errors="replace"))]
    assert not found, "\n".join(found)


def test_lock_files_hold_hashes_and_no_address() -> None:
    locks = list((ROOT / "requirements").glob("*.txt"))
    assert len(locks) >= 3
    for lock in locks:
        text = lock.read_text()
        assert "://" not in text, lock
        pins = re.findall(r"^[a-z0-9][a-z0-9._-]*(?:\[[a-z,]+\])?==\S+", text, re.MULTILINE)
        assert pins, lock
        assert text.count("--hash=sha256:") >= len(pins), lock


def test_pages_load_nothing_from_other_hosts() -> None:
    found = []
    for path in [*SOURCE.rglob("*.html"), *SOURCE.rglob("*.css"), *SOURCE.rglob("*.js")]:
        text = path.read_text()
        found += [
            f"{path}: {match[0]}"
            for match in re.finditer(
                r"(?:src|href)=[\"']?(?:https?:)?//[^\"' >]+|@import\s+url\(\s*[\"']?https?:|url\(\s*[\"']?(?:https?:)?//", text
            )
        ]
        if path.suffix == ".html":
            found += [
                f"{path}: inline {match[0]}"
                for match in re.finditer(r"\sstyle=|\son[a-z]+=\"|<script(?![^>]*\ssrc=)(?![^>]*application/json)", text)
            ]
    assert not found, "\n".join(found)
