/** Fails when the scripts that the overview loads first are larger than its budget, gzipped. */

import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { gzipSync } from "node:zlib";

const BUDGET_KB = 250;
const KB = 1024;
const folder = process.argv[2] ?? "out";

const page = await readFile(join(folder, "index.html"), "utf8");
const named = [...page.matchAll(/<script[^>]*\bsrc="([^"]+)"[^>]*>/g)]
  // Browsers that know modules never load what is marked so.
  .filter(([tag]) => !/nomodule/i.test(tag))
  .map(([, source]) => source);
let total = 0;
for (const source of new Set(named)) {
  const size = gzipSync(await readFile(join(folder, source)), { level: 9 }).length;
  total += size;
  console.log(`${(size / KB).toFixed(1).padStart(8)} KB  ${source}`);
}
console.log(`${(total / KB).toFixed(1).padStart(8)} KB  of ${BUDGET_KB} KB`);
process.exit(total / KB > BUDGET_KB ? 1 : 0);
