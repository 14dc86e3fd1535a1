"""The guides that teach by example do what they say, from first file to last."""

import pytest

from kpis import __main__ as command_line
from tests import guides
from tests.whole import test_worked_examples


@pytest.mark.parametrize("guide", ["adding-an-indicator.md", "adding-a-source.md"])
def test_a_guide_can_be_followed(
    guide, product, data_dir, tmp_path, monkeypatch, capsys
):
    inbox = tmp_path / "inbox"
    inbox.mkdir()
    monkeypatch.chdir(inbox)
    # whoever has followed the guide has its files already
    for name, _ in guides.texts(guide):
        (product.root / name).unlink(missing_ok=True)
    product.forget()

    def write(name: str, text: str) -> None:
        if "/" in name:
            product.write(name, text)
        else:
            (inbox / name).write_text(text, encoding="utf-8")

    def run(words: list[str]) -> str:
        capsys.readouterr()
        command_line.main(words)
        printed = capsys.readouterr()
        return (printed.out + printed.err).replace(str(data_dir), "…")

    steps = list(guides.follow(guide, write, run))
    assert len(steps) > 4
    for command, said, printed in steps:
        assert printed == said, command
    for example in (product.root / "tests").rglob("*.md"):
        test_worked_examples.test_example(example, tmp_path / "force")
