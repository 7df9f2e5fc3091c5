/** The pages in a real browser, on the mock: `node tests/pages/run.mjs [part of a name]`. */
await import("./looks.mjs");
await import("./doing.mjs");
await import("./failing.mjs");
const { finish } = await import("./page.mjs");
await finish();
