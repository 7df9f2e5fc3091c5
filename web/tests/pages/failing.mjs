/** What the pages do when something fails or comes late. */
import assert from "node:assert/strict";
import { axe, breakDown, mend, open, site, TRIES, test } from "./page.mjs";

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
