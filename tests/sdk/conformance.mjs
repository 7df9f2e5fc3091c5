// The official npm client against a simulated provider: what it sends, and what it makes of the
// answers. Usage: node conformance.mjs BASE_URL API_KEY. One call must have ended there before.

import { isDeepStrictEqual } from "node:util";
import { VapiClient, VapiError } from "@vapi-ai/server-sdk";

const [base, key] = process.argv.slice(2);
if (!base || !key) {
  console.error("usage: node conformance.mjs BASE_URL API_KEY");
  process.exit(2);
}

const client = new VapiClient({ token: key, baseUrl: base, maxRetries: 0 });
let passed = 0;
let failed = 0;

function equal(what, got, wanted) {
  if (!isDeepStrictEqual(got, wanted)) {
    throw new Error(`${what}: got ${JSON.stringify(got)}, wanted ${JSON.stringify(wanted)}`);
  }
}

function truthy(what, got) {
  if (!got) throw new Error(`${what}: got ${JSON.stringify(got)}`);
}

async function lastRequest() {
  const seen = await (await fetch(`${base}/_simulator/requests`)).json();
  return seen.at(-1);
}

/** Runs one row and compares the request the simulator saw: `[method, path, body?]`. */
async function row(name, act, request) {
  try {
    const result = await act();
    if (request) {
      const [method, path, body] = typeof request === "function" ? request(result) : request;
      const seen = await lastRequest();
      equal(`${name}: request`, `${seen.method} ${seen.path}`, `${method} ${path}`);
      if (body !== undefined) equal(`${name}: body`, seen.body, body);
    }
    passed += 1;
    return result;
  } catch (error) {
    failed += 1;
    console.error(`FAILED ${name}: ${error.message}`);
    return undefined;
  }
}

async function refused(status, act) {
  try {
    await act();
  } catch (error) {
    truthy("a VapiError", error instanceof VapiError);
    equal("status", error.statusCode, status);
    return error.body;
  }
  throw new Error(`expected ${status}, was accepted`);
}

const model = { provider: "custom-llm", model: "m-1", url: "https://voice.example.org/llm" };

const assistant = await row(
  "assistants.create",
  () => client.assistants.create({ name: "Front desk", firstMessage: "Hello.", model }),
  ["POST", "/assistant", { name: "Front desk", firstMessage: "Hello.", model }],
);
const aid = assistant?.id ?? "missing";
await row("assistants.list", async () => {
  const list = await client.assistants.list({ limit: 5 });
  truthy("a bare array with the assistant", Array.isArray(list) && list.some((a) => a.id === aid));
}, ["GET", "/assistant?limit=5"]);
await row("assistants.get", async () => {
  equal("name", (await client.assistants.get({ id: aid })).name, "Front desk");
}, ["GET", `/assistant/${aid}`]);
await row("assistants.update", async () => {
  const changed = await client.assistants.update({ id: aid, firstMessage: "x" });
  equal("changed", [changed.firstMessage, changed.model.url], ["x", model.url]);
}, ["PATCH", `/assistant/${aid}`, { firstMessage: "x" }]);
await row("assistants.update replaces nested objects", async () => {
  const other = { provider: "openai", model: "m-2" };
  const changed = await client.assistants.update({ id: aid, model: other });
  equal("model", [changed.model.provider, changed.model.url], ["openai", undefined]);
});
await row("assistants.create refused", async () => {
  const body = await refused(400, () =>
    client.assistants.create({ model: { ...model, foo: 1 } }));
  equal("body", body, {
    message: ["model.property foo should not exist"], error: "Bad Request", statusCode: 400,
  });
});

const call = await row("calls.create", async () => {
  const made = await client.calls.create({ assistantId: aid, customer: { number: "+14155550100" } });
  truthy("id, status and control URL", made.id && made.status && made.monitor?.controlUrl);
  return made;
}, ["POST", "/call", { assistantId: aid, customer: { number: "+14155550100" } }]);
const cid = call?.id ?? "missing";
await row("calls.list", async () => {
  const found = await client.calls.list({
    assistantId: aid, limit: 2, createdAtGt: new Date("2026-01-01T00:00:00Z").toISOString(),
  });
  equal("calls", found.map((c) => c.id), [cid]);
}, ["GET", `/call?assistantId=${aid}&limit=2&createdAtGt=2026-01-01T00%3A00%3A00.000Z`]);
await row("calls.get", async () => {
  equal("id", (await client.calls.get({ id: cid })).id, cid);
}, ["GET", `/call/${cid}`]);
await row("calls.get with an id that needs quoting", () =>
  refused(404, () => client.calls.get({ id: "c/1 x" })), ["GET", "/call/c%2F1%20x"]);
await row("calls.update", async () => {
  equal("name", (await client.calls.update({ id: cid, name: "z" })).name, "z");
}, ["PATCH", `/call/${cid}`, { name: "z" }]);

const ended = await row("an ended call", async () => {
  const calls = await client.calls.list({ limit: 100 });
  const found = calls.find((c) => c.status === "ended" && c.artifact?.recordingUrl);
  truthy("place one call before", found);
  truthy("signed URLs", found.artifact.presignedMonoUrl && found.artifact.presignedUrlsExpiresAt);
  return found;
});
await row("mono recording", () =>
  client.calls.callArtifactControllerMonoRecordingDownload({ id: ended?.id ?? "missing" }),
["GET", `/call/${ended?.id}/mono-recording`]);
await row("recording by plain HTTP", async () => {
  const answer = await fetch(`${base}/call/${ended.id}/stereo-recording`, {
    headers: { authorization: `Bearer ${key}` }, redirect: "manual",
  });
  equal("status", answer.status, 302);
  const location = answer.headers.get("location");
  const wav = Buffer.from(await (await fetch(location)).arrayBuffer());
  equal("header", [wav.toString("latin1", 0, 4), wav.readUInt16LE(22), wav.readUInt32LE(24)],
    ["RIFF", 2, 16000]);
  const withKey = await fetch(location, { headers: { authorization: `Bearer ${key}` } });
  equal("status with a key", withKey.status, 400);
  equal("raw URL", (await fetch(ended.artifact.recordingUrl)).status, 400);
});
await row("recording that is not there", () =>
  refused(404, () => client.calls.callArtifactControllerMonoRecordingDownload({ id: cid })));
await row("calls.delete", () => client.calls.delete({ id: cid }), ["DELETE", `/call/${cid}`, {}]);

const number = await row("phoneNumbers.create", () =>
  client.phoneNumbers.create({ provider: "vapi", name: "Line" }),
["POST", "/phone-number", { provider: "vapi", name: "Line" }]);
const pid = number?.id ?? "missing";
await row("phoneNumbers.update", async () => {
  const body = { provider: "vapi", assistantId: aid };
  equal("assistant", (await client.phoneNumbers.update({ id: pid, body })).assistantId, aid);
}, ["PATCH", `/phone-number/${pid}`, { provider: "vapi", assistantId: aid }]);
await row("phoneNumbers.list", async () => {
  truthy("the number", (await client.phoneNumbers.list()).some((n) => n.id === pid));
}, ["GET", "/phone-number"]);
await row("phone numbers, paged", async () => {
  const page = await client.phoneNumbers.phoneNumberControllerFindAllPaginated();
  truthy("results and total", page.results.length > 0 && page.metadata.totalItems > 0);
}, ["GET", "/v2/phone-number"]);
await row("assistants.delete while in use", async () => {
  const body = await refused(409, () => client.assistants.delete({ id: aid }));
  equal("error", body.error, "assistant_pinned");
});
await row("phoneNumbers.delete", () => client.phoneNumbers.delete({ id: pid }),
  ["DELETE", `/phone-number/${pid}`]);
await row("assistants.delete", () => client.assistants.delete({ id: aid }),
  ["DELETE", `/assistant/${aid}`]);

const tool = await row("tools.create", () =>
  client.tools.create({ type: "function", function: { name: "lookup" } }),
["POST", "/tool", { type: "function", function: { name: "lookup" } }]);
const tid = tool?.id ?? "missing";
await row("tools.update", async () => {
  const body = { type: "function", function: { name: "search" } };
  equal("name", (await client.tools.update({ id: tid, body })).function.name, "search");
}, ["PATCH", `/tool/${tid}`, { type: "function", function: { name: "search" } }]);
await row("tools.list", async () => {
  truthy("the tool", (await client.tools.list()).some((t) => t.id === tid));
}, ["GET", "/tool"]);
await row("tools.delete", () => client.tools.delete({ id: tid }), ["DELETE", `/tool/${tid}`]);

await row("files.create", async () => {
  const file = await client.files.create({ file: new Blob(["hello"], { type: "text/plain" }) });
  equal("bytes", file.bytes, 5);
}, ["POST", "/file", "multipart"]);
await row("client.fetch", async () => {
  truthy("the organization", (await (await client.fetch("/org")).json()).id);
}, ["GET", "/org"]);
await row("wrong key", () => {
  const stranger = new VapiClient({ token: "wrong", baseUrl: base, maxRetries: 0 });
  return refused(401, () => stranger.assistants.list());
});
await row("a base URL with a slash at its end", () =>
  new VapiClient({ token: key, baseUrl: `${base}/`, maxRetries: 0 }).tools.list(),
["GET", "/tool"]);

console.log(`${passed} passed, ${failed} failed`);
process.exit(failed === 0 ? 0 : 1);
