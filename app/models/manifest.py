"""What the cache holds in a few digests, to be compared with what the service has."""

from __future__ import annotations

from collections import defaultdict

from sqlalchemy import Connection, select

from app.models import marks
from app.models.held import Sums
from app.models.tables import records
from app.wire.manifest import Digest
from app.wire.messages import KindSum

_AT_ONCE = 2_000


def sums_of(connection: Connection, *, by_root: bool) -> Sums:
    """One reading of all records within the transaction that is open on ``connection``, its cursor included."""
    kinds: defaultdict[str, Digest] = defaultdict(Digest)
    roots: defaultdict[str, Digest] = defaultdict(Digest)
    query = select(records.c.kind, records.c.id, records.c.root, records.c.rev)
    for part in connection.execute(query).partitions(_AT_ONCE):
        for kind, identifier, root, rev in part:
            kinds[kind].add(kind, identifier, rev)
            if by_root:
                roots[root].add(kind, identifier, rev)
    return Sums(
        cursor=marks.text(connection, marks.CURSOR),
        kinds={kind: KindSum(count=sum.count, digest=sum.text()) for kind, sum in kinds.items()},
        roots={root: sum.text() for root, sum in roots.items()} if by_root else None,
    )
