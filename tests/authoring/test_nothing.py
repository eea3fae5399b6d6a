"""An answer that ends without `return` gets a sentence, from every test of it."""

import ast

import pytest

from grading.authoring.build import lacking, scripts
from grading.authoring.check_tests import Grader

pytestmark = pytest.mark.slow


class Emptied(ast.NodeTransformer):
    """Empties the functions of an answer; what a class's __init__ builds stays."""

    def visit_ClassDef(self, node):
        for method in node.body:
            if isinstance(method, ast.FunctionDef) and method.name != "__init__":
                method.body = [ast.Pass()]
        return node

    def visit_FunctionDef(self, node):
        node.body = [ast.Pass()]
        return node


def emptied(source):
    return ast.unparse(Emptied().visit(ast.parse(source)))


def test_emptied_answers_return_none():
    source = """
def f(x):
    return x
class A:
    def __init__(self):
        self.x = 1
    def g(self):
        return 1
"""
    names = {}
    exec(emptied(source), names)

    assert names["f"](3) is None
    assert names["A"]().x == 1
    assert names["A"]().g() is None


@pytest.mark.parametrize("script", scripts(), ids=lambda p: f"{p.parent.name}/{p.stem}")
def test_no_test_answers_nothing_with_a_raw_error(script):
    notebook = f"{script.parent.name}/{script.stem}"
    if lacking(notebook):
        pytest.skip(lacking(notebook))
    raw = []
    with Grader(notebook) as grader:
        sources = {cell.name: cell.source for cell in grader.exam.of_kind("answer")}
        for name in grader.exercises:
            nothing = {name: emptied(sources[name])}
            for test, outcome in grader.grade(nothing, grader.tests(name)).items():
                if not outcome.message.startswith("WrongAnswer: "):
                    raw.append((test, outcome.score, outcome.message[:100]))
    assert raw == []
