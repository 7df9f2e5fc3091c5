/** What people do on the pages. */
import assert from "node:assert/strict";
import { axe, open, site, test } from "./page.mjs";

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
