/** Every page as it looks: many rows, none, errors, hostile text, a viewer, narrow, dark, keyboard only; axe and the content policy. */
import assert from "node:assert/strict";
import { axe, open, PAGES, site, test } from "./page.mjs";

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
  await visit("/knowledge", "still,many,degraded");
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
