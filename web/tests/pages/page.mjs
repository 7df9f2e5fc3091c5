/** A page of the mock in a real browser, and what the tests of all pages share. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { CSP, launch, serve } from "./browser.mjs";

const AXE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
export const PAGES = [
  "/",
  "/calls",
  "/calls/call_000001",
  "/calls/call_live_1",
  "/inbox",
  "/inbox?state=closed",
  "/knowledge",
  "/receptionist",
  "/call",
  "/team",
  "/settings",
  "/audit",
  "/system",
  "/demo",
  "/sign-in",
  "/welcome/token",
  "/welcome/gone",
  "/nowhere",
];

const only = process.argv[2] ?? "";
export const site = await serve("dist-mock");
const browser = await launch();
let passed = 0;
const failed = [];

/** A fresh browser profile whose complaints (errors, policy violations) fail the test. */
export async function open(o = {}) {
  const context = await browser.newContext({
    viewport: o.phone ? { width: 390, height: 844 } : { width: 1280, height: 860 },
    colorScheme: o.dark ? "dark" : "light",
    locale: o.locale ?? "en-US",
    reducedMotion: "reduce",
  });
  const page = await context.newPage();
  const complaints = [];
  page.on("pageerror", (e) => complaints.push(`error: ${e.message}`));
  page.on("console", (m) => {
    const expected = o.broken || m.location().url.includes("/api/v1/recordings/");
    if (m.type() === "error" && !expected) complaints.push(`console: ${m.text()}`);
  });
  const visit = async (path, flags = "still") => {
    const at = path.includes("?") ? `${path}&mock=${flags}` : `${path}?mock=${flags}`;
    await page.goto(`${site.base}${at}`);
    await page.locator("h1, [role=alert] h2").first().waitFor();
    await page.waitForFunction(
      () => !document.querySelector("[role=status][aria-label]:not([data-link]) .opacity-60"),
    );
  };
  const close = async () => {
    await context.close();
    assert.deepEqual(complaints, [], "the page complained");
  };
  return { page, visit, close };
}

export async function axe(page) {
  // Run through the debugger, which the content policy does not bind.
  await page.evaluate(AXE);
  const found = await page.evaluate(() => window.axe.run(document, { resultTypes: ["violations"] }));
  return found.violations.map(
    (v) =>
      `${v.id}: ${v.nodes
        .map((n) => n.html)
        .slice(0, 3)
        .join(" | ")}`,
  );
}

export async function test(name, run) {
  if (only && !name.includes(only)) return;
  try {
    await run();
    passed += 1;
  } catch (e) {
    failed.push(name);
    process.stdout.write(`FAILED ${name}\n${e.stack ?? e}\n`);
  }
}

/** Answers in place of the mock's server until `mend` is called, and counts how often in `window.refused`. */
export const breakDown = (page, path, status = 503) =>
  page.evaluate(
    ([word, code]) => {
      window.refused = 0;
      window.mock.server.refuse = (method, at) => {
        if (!`${method} ${at}`.includes(word)) return null;
        window.refused += 1;
        return { status: code, body: { type: "unavailable", status: code, title: "", detail: "" } };
      };
    },
    [path, status],
  );
/** A read is tried this often before it counts as failed. */
export const TRIES = 3;
export const mend = (page) =>
  page.evaluate(() => {
    window.mock.server.refuse = null;
  });

/** Ends the run with its count. */
export async function finish() {
  await browser.close();
  site.close();
  process.stdout.write(`${passed} passed, ${failed.length} failed (policy: ${CSP.split(";")[1].trim()})\n`);
  process.exit(failed.length > 0 ? 1 : 0);
}
