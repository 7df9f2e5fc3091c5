"""The official Python client against a simulated provider: what it sends, and what it makes of it.

Usage: python conformance.py BASE_URL API_KEY. One call must have ended there before.
"""

import datetime
import json
import sys

import httpx
from vapi import CreateCustomerDto, CustomLlmModel, Vapi
from vapi.core.api_error import ApiError
from vapi.phone_numbers import CreatePhoneNumbersRequest_Vapi, UpdatePhoneNumbersRequestBody_Vapi
from vapi.tools import CreateToolsRequest_Function, UpdateToolsRequestBody_Function

if len(sys.argv) != 3:
    sys.exit("usage: python conformance.py BASE_URL API_KEY")

BASE, KEY = sys.argv[1], sys.argv[2]
ONCE = {"max_retries": 0}
client = Vapi(token=KEY, base_url=BASE, timeout=15)
passed = failed = 0


def check(what, got, wanted):
    """Compares two values and says what differs."""
    if got != wanted:
        raise AssertionError(f"{what}: got {got!r}, wanted {wanted!r}")


def row(name, act, request=None):
    """Runs one row and compares the request the simulator saw: (method, path[, body])."""
    global passed, failed
    try:
        result = act()
        if request is not None:
            seen = httpx.get(f"{BASE}/_simulator/requests").json()[-1]
            check(f"{name}: request", (seen["method"], seen["path"]), request[:2])
            if len(request) > 2:
                check(f"{name}: body", seen["body"], request[2])
        passed += 1
        return result
    except Exception as error:  # every kind of failure counts the same
        failed += 1
        print(f"FAILED {name}: {error}", file=sys.stderr)
        return None


def refused(status, act):
    """The body of a refusal with this status."""
    try:
        act()
    except ApiError as error:
        check("status", error.status_code, status)
        body = error.body
        return json.loads(body) if isinstance(body, str) else body
    raise AssertionError(f"expected {status}, was accepted")


def identity(thing):
    """The id of a created object, or a text that is none."""
    return getattr(thing, "id", None) or "missing"


URL = "https://voice.example.org/llm"
MODEL = CustomLlmModel(provider="custom-llm", model="m-1", url=URL)
WIRE_MODEL = {"provider": "custom-llm", "model": "m-1", "url": URL}

assistant = row(
    "assistants.create",
    lambda: client.assistants.create(name="Front desk", first_message="Hello.", model=MODEL),
    ("POST", "/assistant", {"name": "Front desk", "firstMessage": "Hello.", "model": WIRE_MODEL}),
)
aid = identity(assistant)
row(
    "assistants.list",
    lambda: check("found", aid in [a.id for a in client.assistants.list(limit=5)], True),
    ("GET", "/assistant?limit=5"),
)
row(
    "assistants.get",
    lambda: check("name", client.assistants.get(aid).name, "Front desk"),
    ("GET", f"/assistant/{aid}"),
)
row(
    "assistants.update",
    lambda: check("changed", client.assistants.update(aid, first_message="x").first_message, "x"),
    ("PATCH", f"/assistant/{aid}", {"firstMessage": "x"}),
)
row(
    "assistants.create refused",
    lambda: check(
        "message",
        refused(
            400,
            lambda: client.assistants.create(
                model=CustomLlmModel(provider="custom-llm", model="m", url=URL, foo=1)
            ),
        )["message"],
        ["model.property foo should not exist"],
    ),
)

call = row(
    "calls.create",
    lambda: client.calls.create(
        assistant_id=aid, customer=CreateCustomerDto(number="+14155550100"), request_options=ONCE
    ),
    ("POST", "/call", {"assistantId": aid, "customer": {"number": "+14155550100"}}),
)
cid = identity(call)
SINCE = datetime.datetime(2026, 1, 1, tzinfo=datetime.timezone.utc)
row(
    "calls.list",
    lambda: check(
        "calls",
        [c.id for c in client.calls.list(assistant_id=aid, limit=2, created_at_gt=SINCE)],
        [cid],
    ),
    ("GET", f"/call?assistantId={aid}&limit=2&createdAtGt=2026-01-01T00%3A00%3A00Z"),
)
row("calls.get", lambda: check("id", client.calls.get(cid).id, cid), ("GET", f"/call/{cid}"))
row(
    "calls.get with an id that needs quoting",
    lambda: refused(404, lambda: client.calls.get("c 1", request_options=ONCE)),
    ("GET", "/call/c%201"),
)
row(
    "calls.update",
    lambda: check("name", client.calls.update(cid, name="z").name, "z"),
    ("PATCH", f"/call/{cid}", {"name": "z"}),
)


def ended_call():
    """A call with a recording."""
    for found in client.calls.list(limit=100):
        if found.status == "ended" and found.artifact and found.artifact.recording_url:
            return found
    raise AssertionError("place one call before")


ended = row("an ended call", ended_call)
eid = identity(ended)
row(
    "mono recording",
    lambda: client.calls.call_artifact_controller_mono_recording_download(eid),
    ("GET", f"/call/{eid}/mono-recording"),
)


def by_plain_http():
    """The way a recording is really fetched."""
    own = {"authorization": f"Bearer {KEY}"}
    answer = httpx.get(f"{BASE}/call/{eid}/stereo-recording", headers=own)
    check("status", answer.status_code, 302)
    location = answer.headers["location"]
    check("file", httpx.get(location).content[:4], b"RIFF")
    check("status with a key", httpx.get(location, headers=own).status_code, 400)
    check("raw URL", httpx.get(ended.artifact.recording_url).status_code, 400)


row("recording by plain HTTP", by_plain_http)
row("calls.delete", lambda: client.calls.delete(cid), ("DELETE", f"/call/{cid}"))

number = row(
    "phone_numbers.create",
    lambda: client.phone_numbers.create(request=CreatePhoneNumbersRequest_Vapi(name="Line")),
    ("POST", "/phone-number", {"provider": "vapi", "name": "Line"}),
)
pid = identity(number)
row(
    "phone_numbers.update",
    lambda: check(
        "assistant",
        client.phone_numbers.update(
            pid, request=UpdatePhoneNumbersRequestBody_Vapi(assistant_id=aid)
        ).assistant_id,
        aid,
    ),
    ("PATCH", f"/phone-number/{pid}", {"provider": "vapi", "assistantId": aid}),
)
row(
    "phone_numbers.list",
    lambda: check("found", pid in [n.id for n in client.phone_numbers.list()], True),
    ("GET", "/phone-number"),
)
row(
    "assistants.delete while in use",
    lambda: check(
        "error",
        refused(409, lambda: client.assistants.delete(aid, request_options=ONCE))["error"],
        "assistant_pinned",
    ),
)
row("phone_numbers.delete", lambda: client.phone_numbers.delete(pid))
row("assistants.delete", lambda: client.assistants.delete(aid), ("DELETE", f"/assistant/{aid}"))

FUNCTION = {"name": "lookup"}
tool = row(
    "tools.create",
    lambda: client.tools.create(request=CreateToolsRequest_Function(function=FUNCTION)),
    ("POST", "/tool", {"type": "function", "function": FUNCTION}),
)
tid = identity(tool)
row(
    "tools.update",
    lambda: client.tools.update(
        tid, request=UpdateToolsRequestBody_Function(function={"name": "search"})
    ),
    ("PATCH", f"/tool/{tid}", {"type": "function", "function": {"name": "search"}}),
)
row(
    "tools.list",
    lambda: check("found", tid in [t.id for t in client.tools.list()], True),
    ("GET", "/tool"),
)
row("tools.delete", lambda: client.tools.delete(tid))
row(
    "files.create",
    lambda: check(
        "bytes", client.files.create(file=("a.txt", b"hello", "text/plain")).bytes, 5
    ),
    ("POST", "/file", "multipart"),
)
row(
    "wrong key",
    lambda: refused(
        401, lambda: Vapi(token="wrong", base_url=BASE).assistants.list(request_options=ONCE)
    ),
)

print(f"{passed} passed, {failed} failed")
sys.exit(0 if failed == 0 else 1)
