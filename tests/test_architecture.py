"""The rules of the house that a reader of the code relies on.

Each rule is a function from a file's path and text to what is wrong with it, one
short text each. It is tried on a sample that breaks it, then on every file.
"""

import ast
import re
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests import house

PROJECT = Path(__file__).resolve().parent.parent
LONGEST_FILE_LINES = 600
LONGEST_FUNCTION_LINES = 100
CACHES = {"cache_data", "cache_resource"}

# The first word is all lower or all upper case: "Select a file from the list"
# is a sentence.
STATEMENT = re.compile(
    r"(?-i:\b(select|SELECT)\b).*\bfrom\b"
    r"|(?-i:\b(with|WITH)\b)\s+\w+\s+as\s*\("
    r"|(?-i:\b(create|CREATE)\b)\s+(or\s+replace\s+)?(temp\w*\s+)?(table|view|macro)\b"
    r"|(?-i:\b(insert|INSERT)\b)\s+into\b"
    r"|(?-i:\b(delete|DELETE)\b)\s+from\b"
    r"|(?-i:\b(update|UPDATE)\b)\s+\S+\s+set\b"
    r"|(?-i:\b(drop|DROP|alter|ALTER)\b)\s+(table|view)\b"
    r"|(?-i:\b(copy|COPY)\b)\s*\(.*\)\s*to\b",
    re.IGNORECASE | re.DOTALL,
)
SQL_COMMENT = re.compile(r"/\*.*?\*/|--[^\n]*", re.DOTALL)
# a comment sign inside quotes does not count, and neither does a quote in a comment
SQL_NOT_CODE = re.compile(
    r"(?P<quoted>'(?:[^']|'')*'|\"(?:[^\"]|\"\")*\")|" + SQL_COMMENT.pattern, re.DOTALL
)


def imported(text: str) -> Iterator[tuple[int, str]]:
    """Yield line and dotted name of everything that a Python text imports."""
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            module = node.module or ""
            yield from ((node.lineno, f"{module}.{one.name}") for one in node.names)


def imports_of(text: str, *forbidden: str) -> list[str]:
    return [
        f"line {line} imports {name}"
        for line, name in imported(text)
        if any(f"{name}.".startswith(f"{one}.") for one in forbidden)
    ]


def streamlit_in_the_engine(path: str, text: str) -> list[str]:
    return imports_of(text, "streamlit", "pages") if is_engine(path) else []


def duckdb_outside_the_warehouse(path: str, text: str) -> list[str]:
    return [] if path == "kpis/warehouse.py" else imports_of(text, "duckdb")


def queries_in_a_page(path: str, text: str) -> list[str]:
    return [] if is_engine(path) else imports_of(text, "duckdb", "kpis.warehouse")


def import_past_the_face(path: str, text: str) -> list[str]:
    """Outsiders take from a package what its `__init__` exports, and nothing else."""
    own = Path(path).parts[1] if is_engine(path) else ""
    froms = (node for node in ast.walk(ast.parse(text)) if is_from_engine(node))
    return [
        f"line {node.lineno} reaches into {node.module}"
        for node in froms
        if node.module.count(".") > 1 and node.module.split(".")[1] != own
    ]


def is_from_engine(node: ast.AST) -> bool:
    return isinstance(node, ast.ImportFrom) and (node.module or "").startswith("kpis.")


def sql_in_python(path: str, text: str) -> list[str]:
    tree = ast.parse(text)
    documentation = {
        id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)
    }
    inside = {
        id(part)
        for node in ast.walk(tree)
        if isinstance(node, ast.JoinedStr)
        for part in node.values
    }
    return [
        f"line {node.lineno} holds the statement {found.group()[:40]!r}"
        for node in ast.walk(tree)
        if id(node) not in documentation | inside
        and (found := STATEMENT.search(string_of(node)))
    ]


def string_of(node: ast.AST) -> str:
    """Return a string literal's text, with `{}` for what an f-string fills in."""
    if isinstance(node, ast.JoinedStr):
        return "".join(string_of(part) or "{}" for part in node.values)
    is_text = isinstance(node, ast.Constant) and isinstance(node.value, str)
    return node.value if is_text else ""


def caches_outside_their_file(path: str, text: str) -> list[str]:
    if path.startswith("pages/_cached/"):
        return []
    return [
        f"line {node.lineno} uses a Streamlit cache"
        for node in ast.walk(ast.parse(text))
        if getattr(node, "attr", getattr(node, "id", "")) in CACHES
    ]


def unsafe_html(path: str, text: str) -> list[str]:
    return ["uses unsafe_allow_html"] if "unsafe_allow_html" in text else []


def page_config_outside_the_frame(path: str, text: str) -> list[str]:
    calls = text.count("set_page_config(")
    expected = 1 if path == "app.py" else 0
    return [f"calls set_page_config {calls} times"] if calls != expected else []


def too_long(path: str, text: str) -> list[str]:
    lines = len(text.splitlines())
    file = [f"has {lines} lines"] if lines > LONGEST_FILE_LINES else []
    functions = [
        f"{node.name} has {node.end_lineno - node.lineno + 1} lines"
        for node in ast.walk(ast.parse(text))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and node.end_lineno - node.lineno >= LONGEST_FUNCTION_LINES
    ]
    return file + functions


def name_without_meaning(path: str, text: str) -> list[str]:
    return ["says nothing by its name"] if Path(path).stem == "utils" else []


def page_in_the_top_folder(path: str, text: str) -> list[str]:
    """Streamlit serves pages/*.py by itself until app.py has run once.

    A deep link to a fresh server would run such a page without the frame and its
    guard. It looks no deeper, so pages lie one folder down; and `_*.py` are no
    pages but parts of them.
    """
    where = Path(path)
    is_open = where.parent == Path("pages") and not where.name.startswith("_")
    return ["must lie one folder down"] if is_open else []


def part_that_runs(path: str, text: str) -> list[str]:
    """Until app.py has run once, /scope runs pages/_scope.py: it must do nothing."""
    if Path(path).parent != Path("pages"):
        return []
    return [
        f"line {node.lineno} does something"
        for node in ast.parse(text).body
        if not is_definition(node)
    ]


def is_definition(node: ast.stmt) -> bool:
    if isinstance(node, ast.Assign | ast.AnnAssign):
        return "st" not in {getattr(part, "id", "") for part in ast.walk(node)}
    is_docstring = isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
    kinds = (ast.Import, ast.ImportFrom, ast.FunctionDef, ast.ClassDef)
    return is_docstring or isinstance(node, kinds)


def sql_code(text: str) -> str:
    """Return SQL without comments, each literal and quoted name as ''."""
    return SQL_NOT_CODE.sub(lambda m: "''" if m["quoted"] else " ", text)


def not_one_statement(path: str, text: str) -> list[str]:
    count = sum(bool(part.strip()) for part in sql_code(text).split(";"))
    # an indicator that is made of others has a header alone
    is_made_of_others = path.startswith("sql/kpis/") and "\nmade_of = " in text
    wanted = 0 if is_made_of_others else 1
    return [f"holds {count} statements"] if count != wanted else []


def capitals_in_sql(path: str, text: str) -> list[str]:
    words = re.findall(r"\w*[A-Z]\w*", sql_code(text))
    return [f"{word} is not lower case" for word in words]


def parameters_in_kpi(path: str, text: str) -> list[str]:
    if not path.startswith("sql/kpis/"):
        return []
    found = re.findall(r"\?|\$\w+|\{\w*\}", sql_code(text))
    return [f"has the parameter {one}" for one in found]


def is_engine(path: str) -> bool:
    return path.startswith("kpis/")


Sample = tuple[str, str]


@dataclass(frozen=True)
class Rule:
    """A check, with a file (path, text) that breaks it and one that keeps it."""

    check: Callable[[str, str], list[str]]
    bad: Sample
    good: Sample


LONG_FUNCTION = "def f():\n" + "    g()\n" * LONGEST_FUNCTION_LINES
PYTHON_RULES = [
    Rule(
        streamlit_in_the_engine,
        bad=("kpis/spc.py", "def f():\n    from streamlit import runtime"),
        good=("pages/_scope.py", "import streamlit as st"),
    ),
    Rule(
        streamlit_in_the_engine,
        bad=("kpis/spc.py", "from pages import _parts"),
        good=("kpis/spc.py", "import streamlit_free"),
    ),
    Rule(
        duckdb_outside_the_warehouse,
        bad=("kpis/results.py", "import duckdb.sqltypes"),
        good=("kpis/warehouse.py", "import duckdb"),
    ),
    Rule(
        queries_in_a_page,
        bad=("pages/browse/overview.py", "from kpis import warehouse"),
        good=("pages/browse/overview.py", "from kpis import results"),
    ),
    Rule(
        import_past_the_face,
        bad=("kpis/builds/cube.py", "from kpis.definitions.contracts import TYPES"),
        good=("kpis/builds/cube.py", "from kpis.builds.marts import files"),
    ),
    Rule(
        import_past_the_face,
        bad=("pages/browse/overview.py", "from kpis.results.queries import series"),
        good=("pages/browse/overview.py", "from kpis.results import queries"),
    ),
    Rule(
        sql_in_python,
        bad=("kpis/build.py", "f(f\"copy ({query}) to '{path}'\")"),
        good=("kpis/build.py", 'def f():\n    """Take what a select gets from it."""'),
    ),
    Rule(
        sql_in_python,
        bad=("kpis/results.py", 'run("""SELECT a\nFROM b""")'),
        good=("kpis/results.py", 'raise UserError("Select a file from the list.")'),
    ),
    Rule(
        sql_in_python,
        bad=("app.py", 'x = "create or replace temp view a as"'),
        good=("app.py", 'x = "Create a view"'),
    ),
    Rule(
        sql_in_python,
        bad=("kpis/lake.py", 'x = f"insert into {table} values (1)"'),
        good=("kpis/lake.py", 'x = "a copy (2) goes to the archive"'),
    ),
    Rule(
        caches_outside_their_file,
        bad=("app.py", "@st.cache_data(ttl=1)\ndef f(): ..."),
        good=("pages/_cached/builds.py", "@st.cache_data(ttl=1)\ndef f(): ..."),
    ),
    Rule(
        caches_outside_their_file,
        bad=("pages/browse/overview.py", "@cache_resource\ndef f(): ..."),
        good=("pages/browse/overview.py", "@cache\ndef f(): ..."),
    ),
    Rule(
        unsafe_html,
        bad=("pages/_parts.py", 'st.markdown("<b>", unsafe_allow_html=True)'),
        good=("pages/_parts.py", 'st.markdown("**b**")'),
    ),
    Rule(
        page_config_outside_the_frame,
        bad=("pages/browse/overview.py", "st.set_page_config()"),
        good=("app.py", "st.set_page_config()"),
    ),
    Rule(
        page_config_outside_the_frame,
        bad=("app.py", "st.title('x')"),
        good=("pages/browse/overview.py", "st.title('x')"),
    ),
    Rule(
        too_long,
        bad=("app.py", "x = 1\n" * (LONGEST_FILE_LINES + 1)),
        good=("app.py", "x = 1\n" * LONGEST_FILE_LINES),
    ),
    Rule(
        too_long,
        bad=("kpis/spc.py", LONG_FUNCTION),
        good=("kpis/spc.py", LONG_FUNCTION.removesuffix("    g()\n")),
    ),
    Rule(name_without_meaning, bad=("kpis/utils.py", ""), good=("kpis/lake.py", "")),
    Rule(
        page_in_the_top_folder,
        bad=("pages/admin.py", ""),
        good=("pages/data/admin.py", ""),
    ),
    Rule(
        page_in_the_top_folder,
        bad=("pages/admin.py", ""),
        good=("pages/_parts.py", ""),
    ),
    Rule(
        part_that_runs,
        bad=("pages/_scope.py", "import streamlit as st\nst.write('x')"),
        good=(
            "pages/_scope.py",
            '"""Scope."""\n@st.fragment\ndef f():\n    st.write()',
        ),
    ),
    Rule(
        part_that_runs,
        bad=("pages/_scope.py", "month = st.selectbox('month')"),
        good=("pages/_scope.py", "MONTHS = tuple(range(12))"),
    ),
]
SQL_RULES = [
    Rule(
        not_one_statement,
        bad=("sql/marts/calls.sql", "select 1; select 2"),
        good=("sql/marts/calls.sql", "-- one; only\nselect ';' as \"a;b\";\n"),
    ),
    Rule(
        not_one_statement,
        bad=("sql/checks/a.sql", "/* select 1 */ -- select 2"),
        good=("sql/checks/a.sql", "select '/*', 1, '*/'"),
    ),
    Rule(
        capitals_in_sql,
        bad=("sql/marts/calls.sql", "select a FROM calls"),
        good=("sql/marts/calls.sql", "/* WHY */ select 'I', \"CAD\" -- Who's\nas a"),
    ),
    Rule(
        parameters_in_kpi,
        bad=("sql/kpis/a.sql", "select * from calls where a = ?"),
        good=("sql/results/a.sql", "select * from {mart} where a = ? and b = $b"),
    ),
    Rule(
        parameters_in_kpi,
        bad=("sql/kpis/a.sql", "select * from calls where a = $b"),
        good=("sql/kpis/a.sql", "/* question = 'Why?' */ select '£5 or $5?' as a"),
    ),
    Rule(
        parameters_in_kpi,
        bad=("sql/kpis/a.sql", "select * from {mart}"),
        good=("sql/kpis/a.sql", "select {'a': 1} as a"),
    ),
]


def files(pattern: str) -> list[str]:
    found = sorted(PROJECT.glob(pattern))
    return [path.relative_to(PROJECT).as_posix() for path in found]


PYTHON_FILES = [*files("app.py"), *files("pages/**/*.py"), *files("kpis/**/*.py")]
SQL_FILES = files("sql/**/*.sql")


def name_of(rule: Rule) -> str:
    return rule.check.__name__


@pytest.mark.parametrize("rule", PYTHON_RULES + SQL_RULES, ids=name_of)
def test_a_rule_tells_good_from_bad(rule):
    assert rule.check(*rule.bad) != []
    assert rule.check(*rule.good) == []


@pytest.mark.parametrize("path", PYTHON_FILES)
def test_python_file_keeps_the_rules(path):
    assert broken(path, PYTHON_RULES) == []


@pytest.mark.parametrize("path", SQL_FILES)
def test_sql_file_keeps_the_rules(path):
    assert broken(path, SQL_RULES) == []


def broken(path: str, rules: list[Rule]) -> list[str]:
    text = (PROJECT / path).read_text(encoding="utf-8")
    checks = dict.fromkeys(rule.check for rule in rules)
    return [f"{path}: {fault}" for check in checks for fault in check(path, text)]


def test_rules_have_something_to_read():
    assert "app.py" in PYTHON_FILES
    for start in ("pages/", "kpis/", "sql/kpis/", "sql/marts/"):
        assert any(path.startswith(start) for path in PYTHON_FILES + SQL_FILES), start


def test_the_list_of_modules_names_every_module_and_arrow():
    assert not (said := house.faults()), said


def test_a_list_of_modules_that_is_out_of_date_shows_what_differs_and_is_written(
    tmp_path,
):
    document = tmp_path / "docs" / "modules.md"
    document.parent.mkdir()
    shutil.copy(house.DOCUMENT, document)
    text = document.read_text(encoding="utf-8")
    line = next(one for one in text.splitlines() if one.startswith("- `periods`"))
    document.write_text(text.replace(f"{line}\n", ""), encoding="utf-8")
    assert house.faults(document).splitlines() == [
        "docs/modules.md is out of date: run .venv/bin/python -m tests.house --write",
        f"+{line}",
    ]
    house.write(document)
    assert document.read_text(encoding="utf-8") == text


# files that a guide has its reader write
EXAMPLES = {
    "kpis/charts/wait_trend.py",
    "pages/browse/series.py",
    "pages/browse/sites.py",
    "sql/kpis/cust_complaints_upheld.sql",
    "sql/kpis/ops_calls_with_interpreter.sql",
    "sql/marts/complaints_monthly.sql",
    "tests/charts/test_wait_trend.py",
    "tests/examples/calls_with_an_interpreter.md",
}


def test_documents_name_files_that_are_there():
    documents = [*PROJECT.glob("*.md"), *PROJECT.glob("docs/**/*.md")]
    named = {
        (document.name, path)
        for document in documents
        for path in re.findall(
            r"`((?:kpis|pages|tests|sql)/[\w./]+\.\w+)`",
            document.read_text(encoding="utf-8"),
        )
        if path not in EXAMPLES
    }
    assert len(named) > 20
    assert [one for one in sorted(named) if not (PROJECT / one[1]).exists()] == []
