/**
 * The whole product through its dashboard, as a newcomer would go:
 *
 *   node tests/e2e/run.mjs --base http://127.0.0.1:8080 --link URL [--out DIR] [--only WORD]
 *
 * `--link` is the one-time sign-in link that the server printed. The server runs `voxanne demo`, so that the
 * clinic has documents and a simulator stands beside it. Every wait is for a condition.
 */
import assert from "node:assert/strict";
import { mkdirSync } from "node:fs";
import { launch } from "../pages/browser.mjs";

function option(name, fallback) {
  const at = process.argv.indexOf(`--${name}`);
  return at > 0 ? process.argv[at + 1] : fallback;
}

const base = option("base", "http://127.0.0.1:8080").replace(/\/$/, "");
const link = option("link");
const out = option("out", "shots");
const only = option("only", "");
if (!link) {
  process.stderr.write("Missing --link: the sign-in link that the server prints at its first start.\n");
  process.exit(2);
}
mkdirSync(out, { recursive: true });

/** For what needs a person, a model, or a whole phone call. */
const LONG = { timeout: 90_000 };
const browser = await launch();
const context = await browser.newContext({
  viewport: { width: 1280, height: 860 },
  locale: "en-US",
  permissions: ["clipboard-write"],
});
const page = await context.newPage();
page.setDefaultTimeout(20_000);
const complaints = [];
page.on("pageerror", (e) => complaints.push(`error: ${e.message}`));
page.on("console", (m) => {
  if (m.type() === "error" && /Content Security Policy|Uncaught/.test(m.text())) complaints.push(m.text());
});

let passed = 0;
let failed = 0;
async function test(name, run) {
  if (only && name !== "sign in by link" && !name.includes(only)) return;
  const began = performance.now();
  try {
    await run();
    passed += 1;
    process.stdout.write(`ok      ${name} (${Math.round(performance.now() - began)} ms)\n`);
  } catch (e) {
    failed += 1;
    process.stdout.write(`FAILED  ${name}\n${e.stack ?? e}\n`);
    await page.screenshot({ path: `${out}/failed-${failed}.png` }).catch(() => {});
  }
}

const go = (path) => page.goto(`${base}${path}`);
const heading = (name) => page.getByRole("heading", { name, level: 1 }).waitFor();
const log = page.getByRole("log");
const lastSaid = log.locator("[data-entry=receptionist]").last();

/** Says something in the text call and waits until the answer is complete. */
async function say(words) {
  const before = await log.locator("[data-entry]").count();
  await page.getByLabel("Say something").fill(words);
  await page.keyboard.press("Enter");
  await page.waitForFunction(
    (n) => document.querySelectorAll("[role=log] [data-entry]").length >= n + 2,
    before,
    LONG,
  );
  await page.getByText("is thinking…").waitFor({ state: "detached", ...LONG });
}

async function startCall() {
  await go("/call");
  await heading("Call the receptionist");
  await page.getByRole("button", { name: "Start call" }).click();
  await log.locator("[data-entry=receptionist]").first().waitFor();
}

await test("sign in by link", async () => {
  const { pathname } = new URL(link, base);
  await go(pathname);
  const name = page.getByLabel("Your name");
  const enter = page.getByRole("button", { name: "Enter" });
  await enter.waitFor();
  if ((await name.count()) > 0 && (await name.inputValue()) === "") await name.fill("Robin Field");
  const password = page.getByLabel(/Choose a password/);
  if ((await password.count()) > 0 && (await password.getAttribute("required")) !== null)
    await password.fill("a long phrase for this run");
  await enter.click();
  await heading("Overview");
  await page.locator("[data-link=live]").waitFor();
});

await test("the line and the live connection are shown in words", async () => {
  await go("/");
  await page.getByRole("button", { name: /Receptionist answers/ }).waitFor();
  await page.locator("[data-link=live]").waitFor();
});

await test("a text call answers about opening hours with its source", async () => {
  await startCall();
  assert.match((await lastSaid.textContent()) ?? "", /automated/i);
  await say("What are your opening hours?");
  assert.match((await lastSaid.textContent()) ?? "", /\d/);
  await say("Where can I park?");
  assert.match((await lastSaid.textContent()) ?? "", /garage/i);
  await lastSaid.locator("details summary").waitFor();
  await page.screenshot({ path: `${out}/browser-call-answer.png` });
  await page.getByRole("button", { name: "Hang up" }).click();
  await page.getByRole("link", { name: "See the record of this call" }).click();
  await page.getByRole("list", { name: "Transcript" }).getByText("What are your opening hours?").waitFor();
  await page
    .getByRole("button", { name: /^Why: / })
    .first()
    .click();
  await page.getByText("Confidence").first().waitFor();
  await page.screenshot({ path: `${out}/call-decision.png` });
});

await test("a medical question is handed to a person, and the person speaks in the call", async () => {
  await startCall();
  await say("Can I take ibuprofen together with my blood pressure pills?");
  await log.locator("[data-entry=note]").first().waitFor();
  await page.screenshot({ path: `${out}/browser-call-medical.png` });
  const staff = await context.newPage();
  staff.setDefaultTimeout(20_000);
  try {
    await staff.goto(`${base}/inbox`);
    const item = staff.locator("article", { hasText: "Needs a person" }).first();
    await item.waitFor(LONG);
    await staff.screenshot({ path: `${out}/inbox-escalation.png` });
    const take = item.getByRole("button", { name: "Take the call" });
    if ((await take.count()) > 0) {
      await take.click();
      await staff.getByLabel("Write to the caller").fill("This is the nurse. I am here now.");
      await staff.keyboard.press("Enter");
      await log.getByText("This is the nurse. I am here now.").waitFor();
      await staff.screenshot({ path: `${out}/call-taken.png` });
    } else {
      await item.getByRole("button", { name: "Acknowledge" }).click();
      await item.getByText(/Acknowledged by/).waitFor();
    }
  } finally {
    await staff.close();
  }
  const hangUp = page.getByRole("button", { name: "Hang up" });
  if ((await hangUp.count()) > 0) await hangUp.click();
  await page.getByText("The call has ended.").waitFor();
});

await test("an inbox item is acknowledged and closed with an outcome", async () => {
  await startCall();
  await say("I would like to speak to a real person please.");
  await page.getByRole("button", { name: "Hang up" }).click();
  await go("/inbox");
  const items = page.locator("article");
  await items.first().waitFor(LONG);
  const acknowledge = page.getByRole("main").getByRole("button", { name: "Acknowledge" }).first();
  if ((await acknowledge.count()) > 0) {
    await acknowledge.click();
    await page
      .getByText(/Acknowledged by/)
      .first()
      .waitFor();
  }
  await page.getByRole("main").getByRole("button", { name: "Close…" }).first().click();
  await page.getByLabel("How did it end?").selectOption("resolved");
  await page.getByRole("dialog").getByRole("button", { name: "Close" }).click();
  await page.getByRole("dialog").waitFor({ state: "detached" });
  await page.getByRole("link", { name: "Closed", exact: true }).click();
  await page.getByText("Closed: Resolved in another way").first().waitFor();
});

await test("a document is uploaded, becomes ready, and is quoted in an answer", async () => {
  await go("/knowledge");
  await heading("Knowledge");
  const mark = `Bluebell ${Date.now().toString(36)}`;
  await page.locator("input[type=file]").setInputFiles({
    name: "gift-cards.md",
    mimeType: "text/markdown",
    buffer: Buffer.from(
      `# Gift cards\n\nGift cards are sold at the ${mark} counter beside the entrance. ` +
        "They are valid for three years and can be used for every service.\n",
    ),
  });
  const row = page
    .locator("[data-document]")
    .filter({ hasText: /gift.cards/i })
    .first();
  await row.waitFor();
  await page
    .locator("[data-document][data-state=ready]")
    .filter({ hasText: /gift.cards/i })
    .first()
    .waitFor(LONG);
  await page.getByLabel("Ask as a caller would").fill("How long are gift cards valid?");
  await page.keyboard.press("Enter");
  await page
    .locator("[data-answer]")
    .getByText(/three years/)
    .first()
    .waitFor(LONG);
  await page.screenshot({ path: `${out}/knowledge-answer.png` });
  await page
    .getByRole("button", { name: /^Delete: .*gift.cards/i })
    .first()
    .click();
  await page.getByLabel("Type “delete” to confirm").fill("delete");
  await page.getByRole("dialog").getByRole("button", { name: "Delete" }).click();
  await row.waitFor({ state: "detached" });
});

await test("a simulated phone call arrives live, ends, and its recording can be heard", async () => {
  await go("/demo");
  await heading("Simulated calls");
  await page.getByRole("button", { name: "Place calls" }).click();
  await page.locator("[data-run]").first().waitFor();
  await page.getByRole("link", { name: "Watch the calls" }).click();
  const live = page
    .locator("[data-row]")
    .filter({ hasText: /Ringing|Talking|Transferring/ })
    .first();
  await live.waitFor(LONG);
  await page.screenshot({ path: `${out}/calls-live.png` });
  await live.click();
  await page.getByRole("list", { name: "Transcript" }).locator("li").first().waitFor(LONG);
  await page.screenshot({ path: `${out}/call-live.png` });
  const audio = page.locator("audio");
  await audio.waitFor({ timeout: 240_000 });
  const seconds = await audio.evaluate(
    (el) =>
      new Promise((resolve, reject) => {
        if (el.duration > 0) resolve(el.duration);
        el.addEventListener("loadedmetadata", () => resolve(el.duration), { once: true });
        el.addEventListener("error", () => reject(new Error(`audio error ${el.error?.code}`)), {
          once: true,
        });
        el.preload = "metadata";
        el.load();
      }),
  );
  assert.ok(seconds > 0, `duration ${seconds}`);
  await page
    .getByRole("list", { name: "Transcript" })
    .getByRole("button", { name: /^(?!Why)/ })
    .first()
    .click();
  await page.waitForFunction(() => {
    const el = document.querySelector("audio");
    return el && (!el.paused || el.currentTime > 0 || el.ended);
  });
  await page.screenshot({ path: `${out}/call-ended.png` });
});

await test("the phone line is switched to closed and back", async () => {
  await go("/");
  await page.getByRole("button", { name: /Change who answers the phone/ }).click();
  await page.getByText("Closed today").click();
  await page.getByRole("button", { name: "Apply" }).click();
  await page.getByRole("button", { name: /^Closed/ }).click();
  await page.getByText("Every call is answered by the automated receptionist.").click();
  await page.getByRole("button", { name: "Apply" }).click();
  await page.getByRole("button", { name: /Receptionist answers/ }).waitFor();
});

await test("the receptionist's greeting is saved as a new version", async () => {
  await go("/receptionist");
  const name = page.getByLabel("Name of the clinic, as it is spoken");
  const before = await name.inputValue();
  await name.fill(`${before} B`);
  await page.getByRole("button", { name: "Save as new version" }).click();
  await page.getByText(/is in force for new calls/).waitFor();
  await name.fill(before);
  await page.getByRole("button", { name: "Save as new version" }).click();
  await page
    .getByText(/^Saved/)
    .first()
    .waitFor();
});

await test("every page opens without an error, on a desk and on a phone", async () => {
  await go("/calls");
  const first = page.locator("[data-row]").first();
  await first.waitFor();
  const call = await first.getAttribute("href");
  const pages = [
    ["overview", "/"],
    ["calls", "/calls"],
    ["call", call],
    ["inbox", "/inbox"],
    ["knowledge", "/knowledge"],
    ["receptionist", "/receptionist"],
    ["browser-call", "/call"],
    ["team", "/team"],
    ["settings", "/settings"],
    ["audit", "/audit"],
    ["system", "/system"],
    ["demo", "/demo"],
    ["lost", "/nowhere"],
  ];
  for (const [size, width, height] of [
    ["desk", 1280, 860],
    ["phone", 390, 844],
  ]) {
    await page.setViewportSize({ width, height });
    for (const [name, path] of pages) {
      await go(path);
      await page.locator("h1").first().waitFor();
      await page.waitForFunction(() => !document.querySelector("[role=status][aria-label=Loading]"));
      await page.screenshot({ path: `${out}/${name}-${size}.png` });
      const broken = page.getByText(/This could not be loaded|This page has failed/);
      assert.equal(await broken.count(), 0, `${path} failed`);
    }
  }
  await page.setViewportSize({ width: 1280, height: 860 });
});

await test("f9_4 a write without the token is refused", async () => {
  const status = await page.evaluate(async () => {
    const answer = await fetch("/api/v1/phone-line", {
      method: "PUT",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify({ mode: "closed" }),
    });
    return answer.status;
  });
  assert.equal(status, 403);
});

await test("signing out leads to the sign-in page, and the pages are closed", async () => {
  await go("/");
  await page.getByRole("button", { name: "Sign out" }).click();
  await heading("Sign in");
  await go("/inbox");
  await page.waitForURL(/\/sign-in/);
});

await test("no page complained", async () => {
  assert.deepEqual(complaints, []);
});

await browser.close();
process.stdout.write(`${passed} passed, ${failed} failed\n`);
process.exit(failed > 0 ? 1 : 0);
