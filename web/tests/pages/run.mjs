/**
 * The pages in a real browser, on the mock: many rows, none, errors, reduced, hostile text, a viewer, narrow,
 * dark, keyboard only; axe and the strict content policy on all of them.
 */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { CSP, launch, serve } from "./browser.mjs";

const AXE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const PAGES = [
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
const site = await serve("dist-mock");
const browser = await launch();
let passed = 0;
const failed = [];

/** A fresh browser profile whose complaints (errors, policy violations) fail the test. */
async function open(o = {}) {
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

async function axe(page) {
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

async function test(name, run) {
  if (only && !name.includes(only)) return;
  try {
    await run();
    passed += 1;
  } catch (e) {
    failed.push(name);
    process.stdout.write(`FAILED ${name}\n${e.stack ?? e}\n`);
  }
}

for (const [name, options, flags] of [
  ["desk", {}, "still"],
  ["dark", { dark: true }, "still,degraded"],
  ["phone", { phone: true }, "still,degraded"],
  ["none", {}, "still,none"],
  ["error", {}, "still,error"],
  ["viewer", {}, "still,viewer"],
  ["spanish", { locale: "es-ES" }, "still"],
  ["many, phone", { phone: true }, "still,many"],
  ["spanish phone", { locale: "es-ES", phone: true }, "still"],
]) {
  await test(`every page (${name}) has no axe violation, no sideways scroll, and keeps the content policy`, async () => {
    const { page, visit, close } = await open(options);
    for (const path of PAGES) {
      await visit(path, flags);
      assert.deepEqual(await axe(page), [], path);
      const wide = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
      assert.ok(wide <= 0, `${path} is ${wide} px too wide`);
      assert.ok(await page.title(), path);
    }
    await close();
  });
}

await test("f6_2_hostile_text_in_every_field_stays_text", async () => {
  const { page, visit, close } = await open();
  for (const path of [
    "/",
    "/calls",
    "/calls/call_000001",
    "/inbox",
    "/knowledge",
    "/knowledge?doc=doc_hours",
  ]) {
    await visit(path, "still,hostile");
    await page.getByText("<img src=x").first().waitFor();
    assert.equal(await page.evaluate(() => window.__xss), undefined, path);
    assert.equal(await page.locator("img").count(), 0, path);
  }
  await page.goto(`${site.base}/sign-in?next=javascript:alert(1)&mock=still`);
  await page.locator("h1").waitFor();
  await close();
});

await test("f8_1_the_state_of_the_link_is_shown_in_words", async () => {
  const { page, visit, close } = await open();
  await visit("/", "still");
  await page.locator("[data-link=live]").waitFor();
  await visit("/", "still,offline");
  await page.locator("[data-link=reconnecting], [data-link=offline]").waitFor();
  await close();
});

await test("f8_1_without_the_log_what_is_shown_is_read_again_now_and_then", async () => {
  const { page, visit, close } = await open();
  await page.clock.install();
  await visit("/", "still,calm,offline");
  await page.locator("[data-link=reconnecting], [data-link=offline]").waitFor();
  await page.evaluate(() => {
    window.mock.server.line = { ...window.mock.server.line, mode: "desk" };
  });
  await page.clock.fastForward(16_000);
  await page.getByRole("button", { name: /Calls go to the desk/ }).waitFor();
  await close();
});

for (const phone of [false, true])
  await test(`f8_1_a_dead_server_is_not_said_to_answer_calls (${phone ? "phone" : "desk"})`, async () => {
    const { page, visit, close } = await open({ phone, broken: true });
    await page.clock.install();
    await visit("/", "still,calm");
    const answers = page.getByText("Every call is answered by the automated receptionist.");
    await answers.waitFor();
    await page.locator("[data-link=live]").waitFor();
    await page.evaluate(() => window.mock.power(false));
    await page.clock.runFor(1_000);
    const lost = page.getByRole("alert").filter({ hasText: "Not known whether calls are answered" });
    await lost.waitFor();
    assert.equal(await answers.count(), 0);
    assert.equal(await page.getByRole("button", { name: /Receptionist answers/ }).count(), 0);
    assert.equal(await page.getByText("All parts work.").count(), 0);
    await page.clock.runFor(120_000);
    await lost.waitFor();
    await page.getByText(/Last known, 2 min ago: Receptionist answers/).waitFor();
    assert.deepEqual(await axe(page), []);
    // A page opened meanwhile does not say it either.
    await page.getByRole("link", { name: "Knowledge", exact: true }).click();
    await page.clock.runFor(10_000);
    await page.getByText("Whether calls are answered meanwhile cannot be seen from here.").waitFor();
    // Nor does one whose own file does not come any more.
    await page.route("**/assets/**", (route) => route.abort());
    await page.getByRole("link", { name: "Calls", exact: true }).click();
    await page.clock.runFor(1_000);
    await page.getByRole("heading", { name: "This could not be loaded" }).waitFor();
    assert.equal(await page.getByText("Calls are not affected").count(), 0);
    await page.unroute("**/assets/**");
    await page.evaluate(() => window.mock.power(true));
    await page.clock.runFor(20_000);
    await page.getByRole("button", { name: /Receptionist answers/ }).waitFor();
    await close();
  });

await test("f3_3_a_transcript_of_10000_segments_keeps_at_most_60_rows_in_the_page", async () => {
  const { page, visit, close } = await open();
  await visit("/calls/call_000001", "still,long");
  const rows = page.locator("ol[aria-label=Transcript] > li");
  await rows.first().waitFor();
  await page.getByText("Loading the rest of the transcript").waitFor({ state: "detached" });
  for (let i = 0; i < 10; i += 1) {
    await page.mouse.wheel(0, 40_000);
    await page.evaluate(() => new Promise((r) => requestAnimationFrame(() => requestAnimationFrame(r))));
    assert.ok((await rows.count()) <= 60, `${await rows.count()} rows`);
  }
  assert.ok((await page.evaluate(() => document.body.scrollHeight)) > 100_000);
  await close();
});

await test("the list of calls loads further pages and keeps few rows in the page", async () => {
  const { page, visit, close } = await open();
  await visit("/calls");
  const rows = page.locator("ul[aria-label='Calls, newest first'] > li");
  await rows.first().waitFor();
  await page.waitForFunction(() => {
    const shown = document.querySelectorAll("ul[aria-label='Calls, newest first'] > li").length;
    window.most = Math.max(window.most ?? 0, shown);
    window.scrollTo(0, document.body.scrollHeight);
    return document.querySelector("[aria-posinset='402']");
  });
  const most = await page.evaluate(() => window.most);
  assert.ok(most <= 60, `${most} rows`);
  await close();
});

await test("new calls wait behind a count while the list is being read", async () => {
  const { page, visit, close } = await open();
  await visit("/calls");
  await page.locator("[data-link=live]").waitFor();
  const rows = page.locator("ul[aria-label='Calls, newest first'] [data-row]");
  const ring = (words) =>
    page.evaluate((text) => {
      const { server, emit } = window.mock;
      const [made] = window.mock.calls(1);
      const call = { ...made, id: `call_${text}`, words: text, life: "live", state: "talking" };
      emit([server.event("call.changed", call.id, call)]);
    }, words);
  await ring("first-new");
  await rows.filter({ hasText: "first-new" }).waitFor();
  await page.mouse.move(640, 600);
  // Not its words: the clock of a live call runs.
  const before = await rows.first().getAttribute("href");
  await ring("second-new");
  await page.getByRole("button", { name: "1 new" }).waitFor();
  assert.equal(await rows.first().getAttribute("href"), before);
  await page.getByRole("button", { name: "1 new" }).click();
  await rows.filter({ hasText: "second-new" }).waitFor();
  await close();
});

await test("filters live in the address", async () => {
  const { page, visit, close } = await open();
  await visit("/calls");
  await page.getByLabel("Outcome").selectOption("abandoned");
  await page.waitForURL(/outcome=abandoned/);
  await page.reload();
  assert.equal(await page.getByLabel("Outcome").inputValue(), "abandoned");
  await page.getByRole("link", { name: "Clear filters" }).click();
  await page.waitForURL((u) => !u.search.includes("outcome"));
  await close();
});

await test("an emergency stays above every page until it is acknowledged", async () => {
  const { page, visit, close } = await open({ phone: true });
  await visit("/knowledge");
  const banner = page.getByRole("region", { name: /emergency/ });
  await banner.waitFor();
  // Heard once, by its number alone: the times in the list change all the while.
  const alert = page.getByRole("alert").filter({ hasText: "emergency waits" });
  assert.equal(await alert.textContent(), "1 emergency waits for a person");
  await page.getByRole("link", { name: "Overview" }).click();
  await banner.getByRole("button", { name: "Acknowledge" }).click();
  await banner.waitFor({ state: "detached" });
  await close();
});

await test("who waits on the line is first in the inbox, however long it is", async () => {
  const { page, visit, close } = await open({ phone: true });
  await visit("/inbox", "still,many");
  const first = page.locator("li[aria-posinset='1'] article");
  await first.getByText("on the line now").waitFor();
  await first.getByRole("heading", { name: /Emergency 0/ }).waitFor();
  // Of no urgency, and on the fourth page of the server.
  const third = page.locator("li[aria-posinset='3'] article");
  await third.getByRole("heading", { name: "Asked for a person" }).waitFor();
  await page.getByLabel("Kind").selectOption("message");
  await page.waitForURL(/kind=message/);
  await page.getByRole("heading", { name: "Asked for a person" }).waitFor({ state: "detached" });
  await close();
});

await test("of many emergencies the banner shows who is on the line, and leaves the page in sight", async () => {
  const { page, visit, close } = await open({ phone: true });
  await visit("/knowledge", "still,many");
  const banner = page.getByRole("region", { name: /emergencies/ });
  await banner.getByText(/Emergency 0.* on the line now/).waitFor();
  await banner.getByRole("link", { name: "5 more emergencies in the inbox" }).waitFor();
  const look = await page.evaluate(() => {
    const box = (el) => el.getBoundingClientRect();
    const [open, act] = [...document.querySelectorAll("section li:not([class*=hidden]) > div > *")].map(box);
    const badge = box(document.querySelector("nav.fixed a .rounded-full"));
    const next = box(document.querySelectorAll("nav.fixed a svg")[1]);
    const head = box(document.querySelector(".sticky"));
    return {
      row: open.top === act.top,
      badge: badge.right <= next.left - 4 && badge.height < badge.width,
      covered: head.bottom / innerHeight,
    };
  });
  assert.ok(look.row, "the buttons stand in two rows");
  assert.ok(look.badge, "the badge is broken or covers the next tab");
  assert.ok(look.covered < 0.4, `${Math.round(100 * look.covered)} % of the page is covered`);
  assert.deepEqual(await axe(page), []);
  await close();
});

await test("the phone line can be switched from any page", async () => {
  const { page, visit, close } = await open();
  await visit("/audit", "still,calm");
  await page.getByRole("button", { name: /Receptionist answers/ }).click();
  await page.getByText("Closed today").click();
  assert.equal(await page.getByLabel("Until").inputValue(), "today");
  assert.deepEqual(await axe(page), []);
  await page.getByRole("button", { name: "Apply" }).click();
  await page.getByRole("button", { name: /^Closed until the end of today/ }).click();
  await page.getByLabel("Until").selectOption("time");
  await page.getByLabel("Time", { exact: true }).fill("18:00");
  await page.getByRole("button", { name: "Apply" }).click();
  const until = page.getByRole("button", { name: /^Closed until .*18:00/ });
  // Looking at it changes nothing.
  await until.click();
  assert.equal(await page.getByLabel("Until").inputValue(), "kept");
  await page.getByRole("button", { name: "Apply" }).click();
  await until.click();
  await page.getByLabel("Until").selectOption("open");
  await page.getByRole("button", { name: "Apply" }).click();
  await page.getByRole("button", { name: /^Closed until somebody switches back/ }).waitFor();
  await close();
});

await test("the keyboard alone goes everywhere", async () => {
  const { page, visit, close } = await open();
  await visit("/", "still,calm");
  await page.keyboard.press("g");
  await page.keyboard.press("c");
  await page.waitForURL(/\/calls/);
  await page.locator("[data-row]").first().waitFor();
  await page.keyboard.press("j");
  await page.keyboard.press("j");
  const focused = await page.evaluate(() => document.activeElement?.getAttribute("href"));
  assert.match(focused ?? "", /^\/calls\//);
  await page.keyboard.press("Enter");
  await page.getByRole("heading", { name: "Transcript" }).waitFor();
  await page.keyboard.press("/");
  await page.waitForURL(/\/calls$/);
  const searching = () => page.waitForFunction(() => document.activeElement?.hasAttribute("data-search"));
  await searching();
  await page.keyboard.press("Tab");
  await page.locator("h1").click();
  await page.keyboard.press("?");
  await page.getByRole("dialog", { name: "Keys" }).waitFor();
  await page.keyboard.press("Escape");
  await page.getByRole("dialog").waitFor({ state: "detached" });
  await page.keyboard.press("/");
  await searching();
  await close();
});

await test("a decision opens beside its words with reasons, quotation and times", async () => {
  const { page, visit, close } = await open();
  await visit("/calls/call_000001");
  await page.getByRole("button", { name: "Why: Answered" }).click();
  await page.getByRole("link", { name: /Opening hours and holidays, page 2/ }).waitFor();
  await page.getByText("Safety check").waitFor();
  assert.deepEqual(await axe(page), []);
  await close();
});

await test("a live call shows its words as they come and replaces them in place", async () => {
  const { page, visit, close } = await open();
  await visit("/", "calm");
  const row = page.locator("[data-row]", { hasText: "Asks about the opening hours" }).first();
  await row.waitFor({ timeout: 20_000 });
  await row.click();
  await page.locator("p.italic").first().waitFor();
  await page.locator("ol[aria-label=Transcript] > li").nth(1).waitFor({ timeout: 20_000 });
  await close();
});

await test("a text call answers with its source and hands a medical question on", async () => {
  const { page, visit, close } = await open();
  await visit("/call", "still,calm");
  await page.getByRole("button", { name: "Start call" }).click();
  const log = page.getByRole("log");
  await log.getByText("automated receptionist").waitFor();
  await page.getByLabel("Say something").fill("When are you open on Friday?");
  await page.keyboard.press("Enter");
  await log.getByText("On Friday we are open until 2 pm.").waitFor();
  await log.getByText(/From the documents: Opening hours/).waitFor();
  await page.getByLabel("Say something").fill("May I take this pill?");
  await page.keyboard.press("Enter");
  await log.getByText("Reaching Nurse Kim").waitFor();
  await page.getByRole("link", { name: "Inbox" }).click();
  await page.getByRole("heading", { name: "Inbox" }).waitFor();
  await page.getByRole("link", { name: "Call the receptionist" }).click();
  await log.getByText("Reaching Nurse Kim").waitFor();
  assert.deepEqual(await axe(page), []);
  await page.getByRole("button", { name: "Hang up" }).click();
  await page.getByText("The call has ended.").waitFor();
  await close();
});

for (const phone of [false, true])
  await test(`a text call stays in sight on every page (${phone ? "phone" : "desk"})`, async () => {
    const { page, visit, close } = await open({ phone });
    await visit("/call", "still,calm");
    await page.getByRole("button", { name: "Start call" }).click();
    await page.getByRole("log").getByText("automated receptionist").waitFor();
    const bar = page.getByRole("region", { name: "You are in a text call" });
    assert.equal(await bar.count(), 0);
    await page.getByRole("link", { name: "Inbox" }).click();
    await page.getByRole("heading", { name: "Inbox" }).waitFor();
    await bar.waitFor();
    assert.deepEqual(await axe(page), []);
    // What is said meanwhile is heard.
    await page.evaluate(() =>
      window.mock.server.speak("call_talk_1", "receptionist", "Are you still there?"),
    );
    await bar.getByText("Are you still there?").waitFor();
    await bar.getByRole("link", { name: "Return to the call" }).click();
    await page.getByRole("log").getByText("Are you still there?").waitFor();
    assert.equal(await bar.count(), 0);
    await page.getByRole("link", { name: "Inbox" }).click();
    await bar.getByRole("button", { name: "Hang up" }).click();
    await page.getByRole("status").getByText("The call has ended.").waitFor();
    await bar.waitFor({ state: "detached" });
    assert.equal(await page.evaluate(() => sessionStorage.getItem("voxanne.text-call")), null);
    await close();
  });

await test("a page loaded anew is still in its text call", async () => {
  const { page, visit, close } = await open();
  await visit("/inbox", "still,calm");
  const begun = (id) => page.evaluate((call) => sessionStorage.setItem("voxanne.text-call", call), id);
  await begun("call_live_1");
  await visit("/inbox", "still,calm");
  await page.getByRole("link", { name: "Return to the call" }).click();
  await page.getByRole("log").getByText("Are you open on Friday afternoon?").waitFor();
  await page.getByRole("log").getByText("On Friday we are open until 2 pm.").waitFor();
  // One that the server does not know is over.
  await begun("call_gone");
  await visit("/call", "still,calm");
  await page.getByRole("button", { name: "Start call" }).waitFor();
  // The next person at this desk is not in it.
  await begun("call_live_1");
  await page.goto(`${site.base}/inbox?mock=still,signedout`);
  await page.getByRole("heading", { name: "Sign in" }).waitFor();
  assert.equal(await page.evaluate(() => sessionStorage.getItem("voxanne.text-call")), null);
  await close();
});

await test("an inbox item is taken, acknowledged and closed with an outcome", async () => {
  const { page, visit, close } = await open();
  await visit("/inbox", "still,calm");
  const item = page.locator("article", { hasText: "Did this transfer reach somebody?" });
  await item.getByRole("button", { name: "I take it" }).click();
  await item.getByText("Jo Field has it").waitFor();
  await item.getByRole("button", { name: "Acknowledge" }).click();
  await item.getByText(/Acknowledged by Jo Field/).waitFor();
  await item.getByRole("button", { name: "Close…" }).click();
  await page.getByLabel("How did it end?").selectOption("resolved");
  assert.deepEqual(await axe(page), []);
  await page.getByRole("dialog").getByRole("button", { name: "Close" }).click();
  await item.waitFor({ state: "detached" });
  await page.getByRole("link", { name: "Closed", exact: true }).click();
  await page.getByText("Closed: Resolved in another way").first().waitFor();
  await close();
});

await test("a document is uploaded, asked about, and deleted with its consequence named", async () => {
  const { page, visit, close } = await open();
  await visit("/knowledge", "still,calm");
  await page.locator("input[type=file]").setInputFiles({
    name: "prices.txt",
    mimeType: "text/plain",
    buffer: Buffer.from("A check-up costs 80 dollars."),
  });
  await page.getByRole("link", { name: "prices.txt" }).waitFor();
  await page.getByLabel("Ask as a caller would").fill("When are you open on Friday?");
  await page.keyboard.press("Enter");
  await page.locator("[data-answer=answer]").getByText("until 2 pm").first().waitFor();
  await page.getByRole("button", { name: "Delete: prices.txt" }).click();
  await page.getByText("This cannot be undone.").waitFor();
  await page.getByRole("dialog").getByRole("button", { name: "Delete" }).click({ force: true });
  await page.getByRole("dialog").getByRole("status").getByText("to confirm").waitFor();
  await page.getByLabel("Type “delete” to confirm").fill("delete");
  await page.getByRole("dialog").getByRole("button", { name: "Delete" }).click();
  await page.getByRole("link", { name: "prices.txt" }).waitFor({ state: "detached" });
  await close();
});

await test("a newer version of the receptionist never overwrites, and is never overwritten unseen", async () => {
  const { page, visit, close } = await open();
  await visit("/receptionist", "still,calm,conflict");
  await page.getByLabel("Greeting in English").fill("Hello from a test");
  await page.getByRole("button", { name: "Save as new version" }).click();
  await page.getByRole("dialog", { name: "Somebody saved a newer version" }).waitFor();
  assert.deepEqual(await axe(page), []);
  await page.keyboard.press("Escape");
  assert.equal(await page.getByLabel("Greeting in English").inputValue(), "Hello from a test");
  await close();
});

await test("what a role may not do is shown as off, with the reason", async () => {
  const { page, visit, close } = await open();
  await visit("/team", "still,viewer");
  const invite = page.getByRole("button", { name: /Invite/ });
  assert.equal(await invite.getAttribute("aria-disabled"), "true");
  assert.match((await invite.getAttribute("title")) ?? "", /Viewer/);
  await invite.click({ force: true });
  assert.equal(await page.getByRole("dialog").count(), 0);
  // A finger finds no title: pressed, it says why.
  await page.getByRole("status").getByText("Not allowed for the role Viewer").waitFor();
  assert.equal(await page.getByRole("link", { name: "Audit" }).count(), 0);
  assert.equal(await page.getByRole("link", { name: "System" }).count(), 0);
  await close();
});

await test("nobody signed in comes to the sign-in page and goes back where they wanted", async () => {
  const { page, close } = await open();
  await page.goto(`${site.base}/calls?life=open&mock=still,signedout`);
  await page.waitForURL(/\/sign-in\?next=/);
  await page.getByLabel("E-mail").fill("jo@lakeside.example");
  await page.getByLabel("Password").fill("correct horse battery");
  await page.getByRole("button", { name: "Sign in" }).click();
  await page.waitForURL(/\/calls\?life=open/);
  await page.getByRole("heading", { name: "Calls" }).waitFor();
  await close();
});

await test("an invitation link is shown once and can be copied", async () => {
  const { page, visit, close } = await open();
  await visit("/team", "still,calm");
  await page.getByRole("button", { name: "Invite" }).click();
  await page.getByLabel("Name").fill("Kit");
  await page.getByLabel("E-mail").fill("kit@lakeside.example");
  await page.getByRole("button", { name: "Create invitation" }).click();
  await page.getByText(/\/welcome\/mock-invitation/).waitFor();
  await page.getByRole("dialog").getByRole("button", { name: "Close" }).click();
  await close();
});

await test("the language can be changed and is kept", async () => {
  const { page, visit, close } = await open();
  await visit("/", "still,calm");
  await page.getByLabel("Language").selectOption("es");
  await page.getByRole("heading", { name: "Resumen" }).waitFor();
  await page.reload();
  await page.getByRole("heading", { name: "Resumen" }).waitFor();
  assert.equal(await page.getAttribute("html", "lang"), "es");
  await close();
});

/** Answers in place of the mock's server until `mend` is called, and counts how often in `window.refused`. */
const breakDown = (page, path, status = 503) =>
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
const TRIES = 3;
const mend = (page) =>
  page.evaluate(() => {
    window.mock.server.refuse = null;
  });

await test("an error of an action is seen in the dialog that asked for it", async () => {
  const { page, visit, close } = await open({ phone: true });
  await visit("/team", "still,calm");
  await page.getByRole("button", { name: "Invite" }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByLabel("Name").fill("Kit");
  await dialog.getByLabel("E-mail").fill("kit@lakeside.example");
  await breakDown(page, "POST /members");
  await dialog.getByRole("button", { name: "Create invitation" }).click();
  const words = dialog.getByRole("alert").getByText("could not do this right now");
  await words.waitFor();
  const top = await words.evaluate((el) => {
    const { left, top, width, height } = el.getBoundingClientRect();
    return el.contains(document.elementFromPoint(left + width / 2, top + height / 2));
  });
  assert.equal(top, true, "the words are covered");
  assert.deepEqual(await axe(page), []);
  await dialog.getByRole("alert").getByRole("button", { name: "Close" }).click();
  await words.waitFor({ state: "detached" });
  await close();
});

await test("f7_2_a_text_caller_sees_what_is_said_between_turns", async () => {
  const { page, visit, close } = await open();
  await visit("/call", "still,calm");
  await page.getByRole("button", { name: "Start call" }).click();
  const log = page.getByRole("log");
  await page.getByLabel("Say something").fill("May I take this pill?");
  await page.keyboard.press("Enter");
  await log.getByText("I cannot advise on medicines.").waitFor();
  await page.getByText("is thinking…").waitFor({ state: "detached" });
  await page.evaluate(() => {
    const { server } = window.mock;
    server.search("call_talk_1", "failed", "Nurse Kim did not take the call");
    server.speak("call_talk_1", "receptionist", "I could not reach Nurse Kim.");
    server.speak("call_talk_1", "receptionist", "May I have your name?");
  });
  await log.getByText("I could not reach Nurse Kim. May I have your name?").waitFor();
  await log.getByText("Nurse Kim did not take the call").waitFor();
  await page.evaluate(() => window.mock.server.search("call_talk_1", "message", "a message was taken"));
  await log.getByText("A message was taken.").waitFor();
  assert.equal(await log.getByText("I cannot advise on medicines.").count(), 1);
  // A hang-up that did not happen does not look like one.
  await breakDown(page, "DELETE /browser-calls");
  await page.getByRole("button", { name: "Hang up" }).click();
  await page.getByRole("alert").getByText("could not do this right now").waitFor();
  assert.equal(await page.getByText("The call has ended.").count(), 0);
  await mend(page);
  await page.getByRole("button", { name: "Hang up" }).click();
  await page.getByText("The call has ended.").waitFor();
  await close();
});

await test("what was typed for the receptionist survives a look elsewhere, and is thrown away only when asked", async () => {
  const { page, visit, close } = await open();
  await visit("/receptionist", "still,calm");
  const greeting = page.getByLabel("Greeting in English");
  const before = await greeting.inputValue();
  await greeting.fill("Mine");
  await page.getByRole("link", { name: "Team" }).click();
  await page.getByRole("heading", { name: "Team" }).waitFor();
  await page.getByRole("link", { name: "Receptionist", exact: true }).click();
  assert.equal(await greeting.inputValue(), "Mine");
  await page.getByRole("button", { name: "View: Version 2" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Edit from this version" }).click();
  await page.getByRole("dialog", { name: "Edit from version 2?" }).waitFor();
  assert.deepEqual(await axe(page), []);
  await page.getByRole("dialog").getByRole("button", { name: "Cancel" }).click();
  assert.equal(await greeting.inputValue(), "Mine");
  await page.getByRole("button", { name: "Discard changes…" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Discard changes" }).click();
  assert.equal(await greeting.inputValue(), before);
  await close();
});

await test("an error of the receptionist stands beside the input it is about", async () => {
  const { page, visit, close } = await open({ phone: true });
  await visit("/receptionist", "still,calm");
  await page.getByLabel("Greeting in English").fill("Hello {{name}}");
  await page.getByRole("button", { name: "Save as new version" }).click();
  const field = page.locator("[data-field=greeting]");
  await field.getByText("{{name}} would not be filled in.").waitFor();
  await page.waitForFunction(
    () => document.activeElement?.closest("[data-field]")?.dataset.field === "greeting",
  );
  await page.getByText("Not saved. Look at: Greeting in English").waitFor();
  assert.deepEqual(await axe(page), []);
  // The server's own refusal finds its place too.
  await page.getByLabel("Greeting in English").fill("Hello");
  await page.evaluate(() => {
    window.mock.server.refuse = (method) =>
      method === "PUT"
        ? {
            status: 400,
            body: { type: "bad-input", status: 400, detail: "each needs a number", field: "targets" },
          }
        : null;
  });
  await page.getByRole("button", { name: "Save as new version" }).click();
  await page.locator("[data-field=targets]").getByText("each needs a number").waitFor();
  await close();
});

await test("a search keeps the focus and every letter typed after it was sent", async () => {
  const { page, visit, close } = await open();
  await visit("/calls", "still,calm");
  const field = page.getByLabel("Words of the transcript");
  await field.fill("bill");
  await page.keyboard.press("Enter");
  await page.keyboard.type("s and");
  await page.waitForURL(/q=bill$/);
  await page.keyboard.type(" more");
  assert.equal(await field.inputValue(), "bills and more");
  assert.equal(await field.evaluate((el) => el === document.activeElement), true);
  await page.getByRole("link", { name: "Clear filters" }).click();
  await page.waitForURL((u) => !u.search.includes("q="));
  assert.equal(await field.inputValue(), "");
  await close();
});

await test("a further page that fails is said once and tried again when asked", async () => {
  const { page, visit, close } = await open();
  await page.clock.install();
  await visit("/calls", "still,calm");
  await page.locator("[data-row]").first().waitFor();
  await page.evaluate(() => {
    window.asked = 0;
    window.mock.server.refuse = (method, at) => {
      if (method !== "GET" || at !== "/calls") return null;
      window.asked += 1;
      return { status: 503, body: { type: "unavailable", status: 503, title: "", detail: "" } };
    };
  });
  await page.evaluate(() => window.scrollTo(0, document.body.scrollHeight));
  await page.clock.runFor(10_000);
  await page.getByText("The rest could not be loaded.").waitFor();
  const asked = await page.evaluate(() => window.asked);
  await page.clock.runFor(20_000);
  assert.equal(await page.evaluate(() => window.asked), asked, "it asks by itself");
  assert.ok((await page.locator("[data-row]").count()) > 5, "the rows are gone");
  await mend(page);
  await page.getByRole("button", { name: "Try again" }).click();
  await page.clock.runFor(2_000);
  await page.getByText("The rest could not be loaded.").waitFor({ state: "detached" });
  await close();
});

await test("a transcript that could not be loaded to its end says so", async () => {
  const { page, visit, close } = await open();
  await visit("/", "still,calm,long");
  await breakDown(page, "/segments");
  await page.getByRole("link", { name: "Calls", exact: true }).click();
  await page.locator("[data-row]", { hasText: "Asked about the opening hours" }).first().click();
  await page.getByText("The rest of the transcript could not be loaded.").waitFor();
  assert.deepEqual(await axe(page), []);
  await mend(page);
  await page.getByRole("button", { name: "Try again" }).click();
  await page.getByText("The rest of the transcript could not be loaded.").waitFor({ state: "detached" });
  await page.getByText("Loading the rest of the transcript").waitFor({ state: "detached" });
  await close();
});

await test("f9_2_a_sign_out_that_failed_does_not_look_like_one", async () => {
  const { page, visit, close } = await open();
  await visit("/", "still,calm");
  await breakDown(page, "DELETE /session");
  await page.getByRole("button", { name: "Sign out" }).click();
  await page.getByRole("alert").getByText("could not do this right now").waitFor();
  await page.getByRole("heading", { name: "Overview" }).waitFor();
  await mend(page);
  await page.getByRole("button", { name: "Sign out" }).click();
  await page.getByRole("heading", { name: "Sign in" }).waitFor();
  await close();
});

await test("typed settings survive a re-read and its failure", async () => {
  const { page, visit, close } = await open();
  await visit("/settings", "still,calm");
  const name = page.getByLabel("Name of the clinic");
  await name.fill("Lakeside and Hill");
  const changed = () =>
    page.evaluate(() => {
      const { server, emit } = window.mock;
      emit([server.event("settings.changed", "org_1", {})]);
    });
  const answered = () => page.evaluate(() => window.mock.server.answered["GET /settings"]);
  const before = await answered();
  await changed();
  await page.waitForFunction((n) => window.mock.server.answered["GET /settings"] > n, before);
  await breakDown(page, "GET /settings");
  await changed();
  await page.waitForFunction((tries) => window.refused >= tries, TRIES);
  assert.equal(await name.inputValue(), "Lakeside and Hill");
  await mend(page);
  await page.locator("form", { has: name }).getByRole("button", { name: "Save" }).click();
  await page.getByRole("status").getByText("Saved").waitFor();
  assert.equal(await name.inputValue(), "Lakeside and Hill");
  await close();
});

await test("a role is changed only after its consequence was read", async () => {
  const { page, visit, close } = await open();
  await visit("/team", "still,calm");
  const role = page.getByLabel("Role: Ana Ruiz");
  await role.focus();
  await page.keyboard.press("ArrowUp");
  const dialog = page.getByRole("dialog", { name: "Make Ana Ruiz Admin?" });
  await dialog.getByText("Staff, and also the receptionist").waitFor();
  assert.deepEqual(await axe(page), []);
  await dialog.getByRole("button", { name: "Cancel" }).click();
  assert.equal(await role.inputValue(), "staff");
  await role.selectOption("viewer");
  await page.getByRole("dialog").getByRole("button", { name: "Change role" }).click();
  await page.getByText("The role is changed.").waitFor();
  assert.equal(await role.inputValue(), "viewer");
  await close();
});

await test("another page begins at its content, and nothing focused is hidden behind the head", async () => {
  const { page, visit, close } = await open({ phone: true });
  await visit("/inbox", "still");
  await page.getByRole("link", { name: "Calls", exact: true }).click();
  await page.getByRole("heading", { name: "Calls" }).waitFor();
  await page.waitForFunction(() => document.activeElement?.id === "content");
  await page.locator("[data-row]").first().waitFor();
  for (let i = 0; i < 12; i += 1) await page.keyboard.press("j");
  for (let i = 0; i < 12; i += 1) {
    await page.keyboard.press("k");
    const hidden = await page.evaluate(() => {
      const at = document.activeElement?.getBoundingClientRect();
      const head = document.querySelector(".sticky")?.getBoundingClientRect();
      return at && head && at.top < head.bottom - 1;
    });
    assert.equal(hidden, false, `row ${i} is behind the head`);
  }
  await close();
});

await test("rows do not move under a thumb", async () => {
  const { page, visit, close } = await open({ phone: true });
  await visit("/calls", "still,calm");
  await page.locator("[data-link=live]").waitFor();
  const rows = page.locator("ul[aria-label='Calls, newest first'] [data-row]");
  const before = await rows.first().getAttribute("href");
  await page.locator("ul[aria-label='Calls, newest first']").dispatchEvent("pointerdown", {
    pointerType: "touch",
  });
  await page.evaluate(() => {
    const { server, emit } = window.mock;
    const [made] = window.mock.calls(1);
    const call = { ...made, id: "call_thumb", words: "thumb", life: "live", state: "talking" };
    emit([server.event("call.changed", call.id, call)]);
  });
  await page.getByRole("button", { name: "1 new" }).waitFor();
  assert.equal(await rows.first().getAttribute("href"), before);
  await close();
});

await test("a recording that cannot be played says so", async () => {
  const { page, visit, close } = await open();
  await visit("/calls/call_000001", "still,calm");
  await page.locator("audio").evaluate((el) => el.load());
  await page.locator("audio").evaluate((el) => el.play().catch(() => {}));
  await page.getByText("The recording could not be played.").waitFor();
  assert.deepEqual(await axe(page), []);
  await close();
});

await test("f8_2_a_first_read_that_failed_is_tried_again_by_itself", async () => {
  const { page, close } = await open();
  await page.clock.install();
  await page.goto(`${site.base}/?mock=still,calm,asleep`);
  await page.clock.runFor(6_000);
  await page.getByText("The server could not do this right now.").waitFor();
  await mend(page);
  await page.clock.runFor(6_000);
  await page.getByRole("heading", { name: "Overview" }).waitFor();
  await close();
});

await test("an item whose caller is still being connected cannot be closed, and says why", async () => {
  const { page, visit, close } = await open({ phone: true });
  await visit("/inbox", "still,calm");
  const item = page.locator("article", { hasText: "Question about two medicines" });
  await item.getByRole("button", { name: "Close…" }).click({ force: true });
  await page.getByRole("status").getByText("The caller is still on the line").waitFor();
  assert.equal(await page.getByRole("dialog").count(), 0);
  assert.equal(await page.locator("a[href='tel:5125550102']").count(), 1);
  await close();
});

await browser.close();
site.close();
process.stdout.write(`${passed} passed, ${failed.length} failed (policy: ${CSP.split(";")[1].trim()})\n`);
process.exit(failed.length > 0 ? 1 : 0);
