"""Mail of notices as it is delivered to a server on this machine."""

import datetime as dt

from tests.factories.mail_servers import Inbox, mail_server

MINUTE, HOUR, DAY = dt.timedelta(minutes=1), dt.timedelta(hours=1), dt.timedelta(days=1)
EVERYBODY = ("ana", "ben", "sue", "lea", "hugo", "carl", "cora", "otto", "olaf", "adam", "oda")


def down() -> Inbox:
    with mail_server() as gone:
        return gone


def addresses(inbox: Inbox) -> list[str]:
    return sorted(address for recipients in inbox.recipients for address in recipients)
