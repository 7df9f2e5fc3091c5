// A reference to measure against: cluster mode, a pool in each worker, prepared statements, one transaction an event.
// Honest and well made on purpose; see README.md.
import cluster from "node:cluster";
import { createHash, createHmac, timingSafeEqual } from "node:crypto";
import { readFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import express from "express";
import pg from "pg";

const secret = process.env.REFERENCE_SECRET;
const workers = Number(process.env.WORKERS ?? availableParallelism());

if (!secret || !process.env.DATABASE_URL) {
  console.error("REFERENCE_SECRET and DATABASE_URL are needed");
  process.exit(2);
}

/** Named, so that the server plans each once for a connection. */
const statements = {
  key: "insert into intake_keys (org, key, at) values ($1, $2, $3) on conflict do nothing",
  call: `insert into calls (org, provider_call_id, status, ended_reason, caller, started_at, last_event_at, segments)
         values ($1, $2, $3, $4, $5, $6, $6, $7)
         on conflict (org, provider_call_id) do update set status = excluded.status,
           ended_reason = coalesce(excluded.ended_reason, calls.ended_reason),
           last_event_at = greatest(calls.last_event_at, excluded.last_event_at), segments = calls.segments + $7
         returning segments`,
  segment: "insert into segments (org, call, ordinal, role, at, words) values ($1, $2, $3, $4, $5, $6)",
  head: "insert into org_heads (org, seq) values ($1, 1) on conflict (org) do update set seq = org_heads.seq + 1 returning seq",
  event: "insert into events (org, seq, at, kind, call, body) values ($1, $2, $3, $4, $5, $6)",
};

async function store(pool, org, message) {
  const call = message.call.id;
  const words = message.type === "transcript" ? message.transcript : null;
  const key = createHash("sha256")
    .update([call, message.type, message.timestamp, message.role ?? message.status, words ?? ""].join("\n"))
    .digest();
  const client = await pool.connect();
  const run = (name, values) => client.query({ name, text: statements[name], values });
  try {
    await client.query("begin");
    const fresh = await run("key", [org, key.subarray(0, 16), message.timestamp]);
    if (fresh.rowCount === 1) {
      const status = message.status ?? "in-progress";
      const counted = await run("call", [
        org, call, status, message.endedReason ?? null, message.customer?.number ?? null, message.timestamp, words === null ? 0 : 1,
      ]);
      if (words !== null) {
        await run("segment", [org, call, counted.rows[0].segments, message.role, message.timestamp, words]);
      }
      const head = await run("head", [org]);
      const body = JSON.stringify({ call, status, role: message.role, words });
      await run("event", [org, head.rows[0].seq, message.timestamp, message.type, call, body]);
    }
    await client.query("commit");
  } catch (error) {
    await client.query("rollback").catch(() => {});
    throw error;
  } finally {
    client.release();
  }
}

function proven(headers, body) {
  const given = Buffer.from(String(headers["x-signature"] ?? ""), "hex");
  const mac = createHmac("sha256", secret).update(`${headers["x-timestamp"]}.`).update(body).digest();
  return given.length === mac.length && timingSafeEqual(given, mac);
}

function serve() {
  const pool = new pg.Pool({ connectionString: process.env.DATABASE_URL, max: 16 });
  const app = express();
  app.disable("x-powered-by");
  app.disable("etag");
  app.post("/webhooks/vapi/:hook", express.raw({ type: "*/*", limit: "10mb" }), async (request, response) => {
    if (!proven(request.headers, request.body)) {
      return response.sendStatus(401);
    }
    const { message } = JSON.parse(request.body);
    await store(pool, request.params.hook, message);
    response.json({});
  });
  app.use((error, _request, response, _next) => response.status(error.status ?? 503).json({ error: "not stored" }));
  const server = app.listen(Number(process.env.PORT ?? 0), "127.0.0.1", () => process.send({ port: server.address().port }));
  server.keepAliveTimeout = 65_000;
}

async function lead() {
  const client = new pg.Client({ connectionString: process.env.DATABASE_URL });
  await client.connect();
  await client.query(readFileSync(new URL("schema.sql", import.meta.url), "utf8"));
  await client.end();
  let ready = 0;
  // Port 0 is the same port for all workers: the primary holds it.
  cluster.on("message", (_worker, { port }) => {
    ready += 1;
    if (ready === workers) {
      console.log(`listening ${port}`);
    }
  });
  for (let n = 0; n < workers; n += 1) {
    cluster.fork();
  }
  const end = () => process.exit(0);
  process.on("SIGTERM", end).on("SIGINT", end);
}

if (cluster.isPrimary) {
  await lead();
} else {
  process.on("disconnect", () => process.exit(0));
  serve();
}
