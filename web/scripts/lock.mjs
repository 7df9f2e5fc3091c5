/**
 * Completes package-lock.json after `npm install`: a registry mirror may lack packages for other platforms, npm
 * then leaves them out, and `npm ci` refuses the file. Each missing optional package is written with the version
 * its parent names and the platform its name tells; it is only fetched on that platform.
 */
import { readFileSync, writeFileSync } from "node:fs";

const SYSTEMS = ["android", "darwin", "freebsd", "linux", "win32"];
const lock = JSON.parse(readFileSync("package-lock.json", "utf8"));
let added = 0;
for (const parent of Object.values(lock.packages)) {
  for (const [name, version] of Object.entries(parent.optionalDependencies ?? {})) {
    const parts = name.split("-");
    const os = SYSTEMS.find((s) => parts.includes(s));
    const cpu = ["wasm32", "arm64", "x64", "arm"].find((c) => parts.includes(c));
    const key = `node_modules/${name}`;
    if (lock.packages[key] || (!os && cpu !== "wasm32") || !cpu || !/^\d/.test(version)) continue;
    const entry = { version, cpu: [cpu], dev: true, optional: true };
    if (os) entry.os = [os];
    if (parts.includes("musl")) entry.libc = ["musl"];
    lock.packages[key] = entry;
    added += 1;
  }
}
const sorted = Object.entries(lock.packages).sort(([a], [b]) => (a < b ? -1 : 1));
lock.packages = Object.fromEntries(sorted);
writeFileSync("package-lock.json", `${JSON.stringify(lock, null, 2)}\n`);
process.stdout.write(`${added} packages of other platforms added\n`);
