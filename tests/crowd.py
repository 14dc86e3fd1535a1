"""People at work on the dashboard without a browser, over Streamlit's protocol.

Each has a connection, sends what a browser would send when another area is chosen, and
waits until the server says that the page has run.
"""

import random
import threading
import time
from contextlib import ExitStack
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.sync.client import connect

WAIT_SECONDS = 60
LARGEST_MESSAGE = 2**26


@dataclass
class Answer:
    """One answer: seconds until the page had run, bytes, errors shown on it."""

    seconds: float
    received: int
    errors: list[str] = field(default_factory=list)


class Visitor:
    """One person with one page open, who chooses other areas on it."""

    def __init__(self, address: str, page: str, query: str):
        host = urlsplit(address).netloc
        self._connection = ExitStack()
        self._socket = self._connection.enter_context(
            connect(
                f"ws://{host}/_stcore/stream",
                subprotocols=["streamlit"],
                max_size=LARGEST_MESSAGE,
                compression=None,
            )
        )
        self._page, self._query = page, query
        # identity and value of each select box, and its options, by label
        self._boxes: dict[str, tuple[str, str]] = {}
        self._options: dict[str, list[str]] = {}
        self._texts: list[str] = []
        self.first = self._run()
        self.areas = self._options["Area"]

    def choose(self, area: str) -> Answer:
        """Choose an area by its name, and wait for the page."""
        identity, _ = self._boxes["Area"]
        self._boxes["Area"] = (identity, area)
        return self._run()

    def leave(self) -> None:
        """Close the connection."""
        self._connection.close()

    def _run(self) -> Answer:
        asked = BackMsg()
        asked.rerun_script.query_string = self._query
        asked.rerun_script.page_name = self._page
        for identity, value in self._boxes.values():
            state = asked.rerun_script.widget_states.widgets.add()
            state.id, state.string_value = identity, value
        self._texts.clear()
        start = time.perf_counter()
        self._socket.send(asked.SerializeToString())
        received, errors, is_done = 0, [], False
        while not is_done:
            data = self._socket.recv(timeout=WAIT_SECONDS)
            received += len(data)
            said = ForwardMsg.FromString(data)
            self._note(said, errors)
            kind = said.WhichOneof("type")
            is_done = kind == "script_finished" and (
                said.script_finished == ForwardMsg.FINISHED_SUCCESSFULLY
            )
        took = time.perf_counter() - start
        # a quick answer may be for another area
        area = self._boxes["Area"][1]
        if not any(area in text for text in self._texts):
            errors.append(f"the page does not name {area}")
        return Answer(took, received, errors)

    def _note(self, said: ForwardMsg, errors: list[str]) -> None:
        element = said.delta.new_element
        if element.WhichOneof("type") == "selectbox":
            box = element.selectbox
            self._options[box.label] = list(box.options)
            known = self._boxes.get(box.label, ("", ""))[1]
            value = box.raw_value if box.set_value else known
            if not value and box.HasField("default"):
                value = box.options[box.default]
            if value:
                self._boxes[box.label] = (box.id, value)
        shown = (element.heading.body, element.metric.label, element.markdown.body)
        self._texts += [text.replace("\\", "") for text in shown]
        if element.WhichOneof("type") == "exception":
            errors.append(element.exception.message)


def work(address: str, page: str, query: str, people: int, seconds: float) -> list:
    """Let people work at once, pausing half a second; return their answers."""
    answers: list[Answer] = []
    failures: list[BaseException] = []
    # no one starts before all have arrived
    are_all_there = threading.Barrier(people)

    def one(number: int) -> None:
        chance = random.Random(number)
        try:
            visitor = Visitor(address, page, query)
            are_all_there.wait()
            end = time.perf_counter() + seconds
            while time.perf_counter() < end:
                time.sleep(chance.uniform(0.25, 0.75))
                answers.append(visitor.choose(chance.choice(visitor.areas)))
            visitor.leave()
        except Exception as error:
            failures.append(error)
            are_all_there.abort()

    threads = [threading.Thread(target=one, args=(place,)) for place in range(people)]
    for thread in threads:
        thread.start()
        # people do not all come at the same moment
        time.sleep(0.1)
    for thread in threads:
        thread.join()
    if failures:
        raise failures[0]
    return answers
