"""The service's files in an object store: a server that speaks S3, on loopback."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import requests

from app.domain.errors import KnownError
from app.service.blobs import BlobStore
from app.wire.messages import PART_BYTES
from tests.service.asking import signed_in
from tests.service.bringing import announce, bring, complete, content, name_of, send_part
from tests.service.ground import NOT_OF_THE_DATABASE, House

FILE = content(PART_BYTES + 300_000)
SHA = name_of(FILE)
URL = "s3://evidence/of/learners"


@pytest.fixture
def s3(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """The server's address; whoever is started now finds it in the environment, as an operator would write it."""
    import boto3
    from moto.server import ThreadedMotoServer

    server = ThreadedMotoServer("127.0.0.1", 0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    address = f"http://{host}:{port}"
    for name, value in {
        "AWS_ENDPOINT_URL": address,
        "AWS_ACCESS_KEY_ID": "invented",
        "AWS_SECRET_ACCESS_KEY": "invented as well",
        "AWS_REGION": "eu-west-2",
    }.items():
        monkeypatch.setenv(name, value)
    client = boto3.client("s3", endpoint_url=address, region_name="us-east-1")
    client.create_bucket(Bucket="evidence")
    client.close()
    yield address
    # It remembers everything for as long as this process lives.
    requests.post(f"{address}/moto-api/reset", timeout=30)
    server.stop()


@pytest.fixture
def house_on_s3(house: House, s3: str) -> Iterator[House]:
    made = House(house.database_url, URL, house.ground)
    yield made
    made.close()


@NOT_OF_THE_DATABASE
def test_files_go_to_an_object_store_and_come_back_in_ranges_also_after_a_restart(
    house_on_s3: House,
) -> None:
    with house_on_s3.client() as client:
        me = signed_in(client)
        announce(client, me, FILE)
        assert send_part(client, me, FILE, 1).status_code == 204
    with house_on_s3.client() as client:
        assert announce(client, me, FILE).parts == [1]
        assert send_part(client, me, FILE, 0).status_code == 204
        assert complete(client, me, SHA).state == "complete"
        assert client.get(f"/api/blobs/{SHA}", headers=me).content == FILE
        wanted = {**me, "range": f"bytes={PART_BYTES - 10}-{PART_BYTES + 9}", "if-range": f'"{SHA}"'}
        answer = client.get(f"/api/blobs/{SHA}", headers=wanted)
        assert (answer.status_code, answer.content) == (206, FILE[PART_BYTES - 10 : PART_BYTES + 10])
    assert not Path("s3:").exists()


@NOT_OF_THE_DATABASE
def test_what_was_attached_lies_in_the_object_store_as_well(house_on_s3: House, tmp_path: Path) -> None:
    store = house_on_s3.blobs
    paper = tmp_path / "paper.pdf"
    paper.write_bytes(FILE)
    assert store.put_file(paper) == (SHA, len(FILE))
    assert store.get_bytes(SHA) == FILE
    assert BlobStore(URL).get_bytes(store.put_bytes(b"a report")) == b"a report"


@NOT_OF_THE_DATABASE
def test_a_part_that_the_object_store_lost_is_asked_for_again(house_on_s3: House, s3: str) -> None:
    import boto3

    with house_on_s3.client() as client:
        me = signed_in(client)
        announce(client, me, FILE)
        send_part(client, me, FILE, 0)
        send_part(client, me, FILE, 1)
        bucket = boto3.resource("s3", endpoint_url=s3, region_name="us-east-1").Bucket("evidence")
        keys = [entry.key for entry in bucket.objects.all()]
        assert len(keys) == 2
        assert all(key.startswith("of/learners/parts/") for key in keys)
        bucket.delete_objects(
            Delete={"Objects": [{"Key": key} for key in keys if name_of(FILE[:PART_BYTES]) in key]}
        )
        assert complete(client, me, SHA).parts == [1]
        assert bring(client, me, FILE).state == "complete"


@pytest.mark.parametrize("endpoint", ["http://storage.example.invalid", "http://10.0.0.1:9000"])
def test_an_object_store_is_never_spoken_to_in_the_clear_over_a_network(
    monkeypatch: pytest.MonkeyPatch, endpoint: str
) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL", endpoint)
    with pytest.raises(KnownError) as refused:
        BlobStore(URL)
    assert refused.value.code == "files_url_wrong"
    assert "https" in refused.value.details
