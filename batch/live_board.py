"""The server's board of live callers, followed for as long as somebody watches."""

from collections.abc import AsyncIterator
from contextlib import suppress
from dataclasses import dataclass, field, replace

from websockets.exceptions import ConnectionClosed, InvalidHandshake, InvalidStatus

from stimmung.batch.live_client import FIRST_PAUSE, LONGEST_PAUSE, Time
from stimmung.batch.live_endpoint import Endpoint
from stimmung.batch.live_messages import parse_message
from stimmung.batch.live_records import Caller, Json, Ranking, number_of, objects_of, read_caller, text_of

COMES_BACK = (429, 500, 502, 503, 504)  # HTTP answers after which another attempt may go better


@dataclass(slots=True)
class BoardNow:
    """The board's rows by id and their order, as its news have them so far."""

    rows: dict[str, Caller] = field(default_factory=dict)
    order: tuple[str, ...] = ()

    @property
    def ranking(self) -> Ranking:
        return tuple(self.rows[one] for one in self.order if one in self.rows)

    def follow(self, news: Json) -> None:
        """Take in a piece of news: the whole board, what changed in it, or how time passed."""
        match news.get("type"):
            case "board.snapshot":
                self.rows = _rows(news)
                self.order = tuple(self.rows)
            case "board.changed":
                order = news.get("order")
                self.order = tuple(str(one) for one in order) if isinstance(order, list) else ()
                known = self.rows | _rows(news)
                self.rows = {one: known[one] for one in self.order if one in known}
            case "board.ages":
                for age in objects_of(news, "ages"):
                    self._pass_time(age)

    def _pass_time(self, age: Json) -> None:
        place = str(age.get("id"))
        if place in self.rows:
            waiting, stale = number_of(age, "waiting_seconds"), age.get("stale") is True
            self.rows[place] = replace(self.rows[place], waiting=waiting, stale=stale)


async def rankings(endpoint: Endpoint, clock: Time | None = None) -> AsyncIterator[Ranking | None]:
    """Yield the ranking with each news, and None where the board was lost; end where the server has none to give."""
    time, pause = clock or Time(), FIRST_PAUSE
    while True:
        try:
            socket = await endpoint.open(endpoint.board_url)
        except InvalidStatus as error:
            if error.response.status_code not in COMES_BACK:
                return
        except (OSError, InvalidHandshake):
            pass
        else:
            board = BoardNow()
            async with socket:
                with suppress(ConnectionClosed):
                    while True:
                        if message := parse_message(await socket.recv()):
                            board.follow(message.body)
                            pause = FIRST_PAUSE
                            yield board.ranking
        yield None
        await time.sleep(pause)
        pause = min(2 * pause, LONGEST_PAUSE)


def _rows(news: Json) -> dict[str, Caller]:
    return {str(row.get("id")): read_caller(text_of(row, "call_id"), row) for row in objects_of(news, "rows")}
