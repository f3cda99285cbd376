"""The doors over real sockets: tokens, permissions and rate limits, in the venue's own shapes."""

from dataclasses import replace

from tests.venues.simulated.serving import BASE, Client, request_for_tests, serve
from traider.venues.simulated.exchange import Limits


def test_private_paths_need_a_token_and_public_ones_do_not() -> None:
    async def scenario(client: Client) -> None:
        assert await client.call("GET", "/accounts", headers={}) == (401, "Unauthorized\n")
        wrong = {"Authorization": f"Bearer {client.signer.token('GET elsewhere/')}"}
        assert (await client.call("GET", "/accounts", headers=wrong))[0] == 401
        status, body = await client.call("GET", "/market/products", headers={})
        assert (status, body["num_products"]) == (200, 4)
        assert (await client.call("GET", "/time", headers={}))[0] == 200

    serve(scenario)


def test_a_key_without_permission_is_told_so() -> None:
    async def scenario(client: Client) -> None:
        keys = client.server.exchange.verifier.keys
        name = client.signer.name
        keys[name] = replace(keys[name], permissions=frozenset({"view"}))
        status, body = await client.call("POST", "/orders", {})
        assert (status, body["error"]) == (403, "PERMISSION_DENIED")
        assert (await client.get("/key_permissions"))["can_trade"] is False

    serve(scenario)


def test_more_requests_than_the_limit_are_answered_429() -> None:
    limits = Limits(private=3, public=0, connections=2, messages=0)

    async def scenario(client: Client) -> None:
        answers = [await client.call("GET", "/key_permissions") for _ in range(5)]
        assert [status for status, _ in answers][:3] == [200, 200, 200]
        status, body = answers[-1]
        assert (status, body["errors"][0]["id"]) == (429, "rate_limit_exceeded")
        url = client.server.url("/ws", "ws")
        codes = []
        for _ in range(3):
            async with client.session.get(url.replace("ws:", "http:")) as response:
                codes.append(response.status)
        assert codes[-1] == 429

    serve(scenario, request_for_tests(limits=limits, speed=1e-9))


def test_unknown_paths_and_broken_bodies_have_the_venues_errors() -> None:
    async def scenario(client: Client) -> None:
        status, body = await client.call("GET", "/nothing")
        assert (status, body["error"]) == (404, "NOT_FOUND")
        status, body = await client.call("POST", "/orders", {"product_id": "BTC-USD"})
        assert (status, body["error"], body["code"]) == (400, "INVALID_ARGUMENT", 3)
        uri = f"POST 127.0.0.1:{client.server.port}{BASE}/orders"
        headers = {"Authorization": f"Bearer {client.signer.token(uri)}"}
        async with client.session.post(
            client.server.url(f"{BASE}/orders"), data=b"{", headers=headers
        ) as response:
            assert response.status == 400

    serve(scenario)
