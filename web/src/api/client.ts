/** The one way to the server: CSRF, problem answers, snapshot numbers, streamed lines. */
import type { paths } from "./schema";

const BASE = "/api/v1";

/** The addresses the server describes; those of the demo exist only in a demo and are not described. */
export type Template = keyof paths | "/demo" | "/demo/calls" | "/demo/runs/{id}";

/** A refusal or a failure, as the server (or the network) words it. `kind` is the slug of the problem type. */
export class ApiError extends Error {
  constructor(
    readonly kind: string,
    readonly status: number,
    readonly title: string,
    readonly detail: string,
    readonly field: string | null = null,
    readonly retry_after_ms: number | null = null,
  ) {
    super(detail || title || kind);
    this.name = "ApiError";
  }
}

let csrf = "";
let onSignedOut: () => void = () => {};

/** Set from the session; sent with every write. */
export function setCsrf(token: string): void {
  csrf = token;
}

/** Who is told when the server says that nobody is signed in. */
export function whenSignedOut(tell: () => void): void {
  onSignedOut = tell;
}

type Value = string | number | boolean | null | undefined;
export interface Send {
  path?: Record<string, string | number>;
  query?: Record<string, Value>;
  body?: unknown;
  form?: FormData;
  signal?: AbortSignal;
}

/** Fills `{names}` of a path; a value can never add a path segment. */
export function address(template: Template, o: Pick<Send, "path" | "query"> = {}): string {
  const path = template.replace(/\{(\w+)\}/g, (_, name: string) => {
    const value = String(o.path?.[name] ?? "");
    // Browsers fold "." and ".." away even when encoded; no id looks like that.
    return value === "." || value === ".." ? "_" : encodeURIComponent(value);
  });
  const query = new URLSearchParams();
  for (const [key, value] of Object.entries(o.query ?? {})) {
    if (value !== undefined && value !== null && value !== "") query.set(key, String(value));
  }
  const text = query.toString();
  return `${BASE}${path}${text ? `?${text}` : ""}`;
}

async function problem(answer: Response): Promise<ApiError> {
  let body: Record<string, unknown> = {};
  try {
    body = (await answer.json()) as Record<string, unknown>;
  } catch {
    // Not JSON: a proxy spoke, not the server. The status alone has to do.
  }
  const text = (key: string) => (typeof body[key] === "string" ? (body[key] as string) : "");
  const slug = text("type").split(/[/:#]/).pop() || (answer.status >= 500 ? "unavailable" : "bad-input");
  const retry = body.retry_after_ms;
  return new ApiError(
    slug,
    answer.status,
    text("title"),
    text("detail"),
    text("field") || null,
    typeof retry === "number" ? retry : null,
  );
}

async function raw(method: string, template: Template, o: Send): Promise<Response> {
  const headers: Record<string, string> = { Accept: "application/json" };
  if (method !== "GET") headers["X-CSRF-Token"] = csrf;
  let body: BodyInit | undefined;
  if (o.form) body = o.form;
  else if (o.body !== undefined) {
    headers["Content-Type"] = "application/json";
    body = JSON.stringify(o.body);
  }
  let answer: Response;
  try {
    answer = await fetch(address(template, o), {
      method,
      headers,
      body,
      signal: o.signal,
      credentials: "same-origin",
    });
  } catch (cause) {
    if (o.signal?.aborted) throw cause;
    throw new ApiError("unreachable", 0, "", "");
  }
  if (answer.ok) return answer;
  const error = await problem(answer);
  if (answer.status === 401 && template !== "/session") onSignedOut();
  throw error;
}

/** Sends and reads JSON; an empty answer reads as `undefined`. */
export async function send<T>(method: string, template: Template, o: Send = {}): Promise<T> {
  const answer = await raw(method, template, o);
  const text = await answer.text();
  return (text ? JSON.parse(text) : undefined) as T;
}

/** A state as it was at event `seq` of the log. */
export interface Snap<T> {
  seq: number;
  value: T;
  /**
   * Of a call: up to where the events of its own topic are in it. They come only once the call is followed, so a
   * later event of another topic, which raises `seq`, says nothing about them.
   */
  topicSeq?: number;
  /** Of a call: which read it came from; events leave it as it is. */
  read?: number;
}

/** Reads a state together with the number of the log it was read at. */
export async function snapshot<T>(template: Template, o: Send = {}): Promise<Snap<T>> {
  const answer = await raw("GET", template, o);
  const seq = Number(answer.headers.get("X-Voxanne-Seq") ?? 0);
  return { seq: Number.isFinite(seq) ? seq : 0, value: (await answer.json()) as T };
}

/** Sends and yields the lines of an ndjson answer as they come. */
export async function* lines<T>(method: string, template: Template, o: Send = {}): AsyncGenerator<T> {
  const answer = await raw(method, template, o);
  if (!answer.body) return;
  const reader = answer.body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = "";
  try {
    for (;;) {
      const { done, value } = await reader.read();
      rest += value ?? "";
      const parts = rest.split("\n");
      rest = done ? "" : (parts.pop() ?? "");
      for (const part of parts) if (part.trim()) yield JSON.parse(part) as T;
      if (done) return;
    }
  } finally {
    reader.cancel().catch(() => {});
  }
}

/** Uploads a form with progress (fetch cannot report it). */
export function upload<T>(
  template: Template,
  form: FormData,
  onProgress: (done: number, total: number) => void,
  signal?: AbortSignal,
): Promise<T> {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open("POST", address(template));
    request.setRequestHeader("X-CSRF-Token", csrf);
    request.setRequestHeader("Accept", "application/json");
    request.upload.onprogress = (e) => onProgress(e.loaded, e.total);
    request.onload = () => {
      if (request.status < 300) resolve(JSON.parse(request.responseText) as T);
      else
        problem(new Response(request.responseText, { status: request.status })).then((error) => {
          if (request.status === 401) onSignedOut();
          reject(error);
        });
    };
    request.onerror = () => reject(new ApiError("unreachable", 0, "", ""));
    request.onabort = () => reject(new DOMException("aborted", "AbortError"));
    signal?.addEventListener("abort", () => request.abort(), { once: true });
    request.send(form);
  });
}
