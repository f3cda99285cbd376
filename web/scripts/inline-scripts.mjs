/**
 * Moves scripts that stand in pages into files of their own, so that the server can forbid every
 * script that is none of its files: `script-src 'self'`, without exception.
 */

import { createHash } from "node:crypto";
import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";

const OUT = "out";
const FOLDER = "_next/static/inline";
const INLINE = /<script(?![^>]*\bsrc=)([^>]*)>([\s\S]*?)<\/script>/g;

async function pages(folder) {
  const found = await readdir(folder, { withFileTypes: true, recursive: true });
  return found
    .filter((each) => each.isFile() && each.name.endsWith(".html"))
    .map((each) => join(each.parentPath, each.name));
}

async function externalize(path) {
  const page = await readFile(path, "utf8");
  const inline = [...page.matchAll(INLINE)].filter(([, terms]) => !/application\/json/.test(terms));
  if (inline.length === 0) return;
  // They run in their order, and after what stands before the last of them.
  const text = inline.map(([, , script]) => script).join(";\n");
  const name = `${createHash("sha256").update(text).digest("hex").slice(0, 16)}.js`;
  await writeFile(join(OUT, FOLDER, name), text);
  let left = inline.length;
  const moved = page.replaceAll(INLINE, (whole, terms) => {
    if (/application\/json/.test(terms)) return whole;
    left -= 1;
    return left ? "" : `<script src="/${FOLDER}/${name}"></script>`;
  });
  await writeFile(path, moved);
}

await mkdir(join(OUT, FOLDER), { recursive: true });
for (const path of await pages(OUT)) await externalize(path);
