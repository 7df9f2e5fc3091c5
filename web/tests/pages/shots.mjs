/** Pictures of every page from the mock: `node tests/pages/shots.mjs [--out DIR] [--only NAME]`. */
import { mkdirSync } from "node:fs";
import { launch, serve } from "./browser.mjs";

const arg = (name, other) => {
  const at = process.argv.indexOf(name);
  return at > 0 ? process.argv[at + 1] : other;
};
const out = arg("--out", "shots");
const only = arg("--only", "");
mkdirSync(out, { recursive: true });

const PAGES = [
  ["overview", "/"],
  ["calls", "/calls"],
  ["call", "/calls/call_000001"],
  ["call-live", "/calls/call_live_1"],
  ["inbox", "/inbox"],
  ["knowledge", "/knowledge"],
  ["receptionist", "/receptionist"],
  ["browser-call", "/call"],
  ["team", "/team"],
  ["settings", "/settings"],
  ["audit", "/audit"],
  ["system", "/system"],
  ["demo", "/demo"],
  ["sign-in", "/sign-in"],
  ["welcome", "/welcome/token"],
  ["lost", "/nowhere"],
];
const SIZES = [
  ["desk", 1280, 860, "light"],
  ["phone", 390, 844, "light"],
  ["dark", 1280, 860, "dark"],
];

const site = await serve("dist-mock");
const browser = await launch();
for (const [size, width, height, colorScheme] of SIZES) {
  const context = await browser.newContext({ viewport: { width, height }, colorScheme });
  const page = await context.newPage();
  for (const [name, path] of PAGES) {
    if (only && !name.startsWith(only)) continue;
    await page.goto(`${site.base}${path}?mock=${process.env.MOCK ?? "still"}`);
    await page.locator("h1").first().waitFor();
    await page.waitForFunction(() => !document.querySelector("[role=status][aria-label=Loading]"));
    await page.screenshot({ path: `${out}/${name}-${size}.png`, fullPage: process.env.FULL === "1" });
  }
  await context.close();
}
await browser.close();
site.close();
