/** Fails the build when the first load of scripts is over its budget (gzip), and says what the rest weighs. */
import { readdirSync, readFileSync } from "node:fs";
import { gzipSync } from "node:zlib";

const LIMIT = 120_000;
const html = readFileSync("dist/index.html", "utf8");
const size = (file) => gzipSync(readFileSync(`dist/${file}`)).length;
const first = new Set([...html.matchAll(/(?:src|href)="\/(assets\/[^"]+\.js)"/g)].map((m) => m[1]));
// The catalogue is loaded before the first render, so it counts although it is a file of its own.
const files = readdirSync("dist/assets").map((f) => `assets/${f}`);
const catalogues = files.filter((f) => /assets\/(en|es)-[^/]+\.js$/.test(f)).map((f) => [f, size(f)]);
catalogues.sort((a, b) => b[1] - a[1]);
if (catalogues[0]) first.add(catalogues[0][0]);
let total = 0;
for (const f of first) total += size(f);
const all = files.filter((f) => f.endsWith(".js")).reduce((sum, f) => sum + size(f), 0);
process.stdout.write(`first load ${total} B gzip (limit ${LIMIT}), all scripts ${all} B gzip\n`);
if (total > LIMIT) {
  process.stderr.write("The first load is over its budget.\n");
  process.exit(1);
}
