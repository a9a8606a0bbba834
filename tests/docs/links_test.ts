/** Links between the documents lead somewhere: to a file, and to a heading in it. */

import { assert, assertEquals } from "@std/assert";
import { walk } from "@std/fs";
import { ROOT } from "../support/process.ts";

/** A link of a document to a file of the project. */
interface Link {
  readonly path: string;
  /** The heading, as browsers find it; empty for the file. */
  readonly anchor: string;
}

const CODE = /^```[^]*?^```$|`[^`]*`/gm;

/** The paths of all documents. */
async function documents(): Promise<string[]> {
  const skip = [/\/(?:\.git|node_modules|dist|data)(?:\/|$)/];
  const found = await Array.fromAsync(walk(ROOT, { exts: [".md"], skip }));
  return found.map(({ path }) => path);
}

/** The relative links of a text; code is no link. */
function linksIn(text: string): Link[] {
  const links = [...text.replace(CODE, "").matchAll(/\]\(([^)\s]+)\)/g)].map(([, to]) => to!);
  return links.filter((to) => !/^[a-z]+:/.test(to)).map((to) => {
    const [path = "", anchor = ""] = to.split("#");
    return { path, anchor };
  });
}

/** The names that headings can be linked by. */
function anchorsIn(text: string): Set<string> {
  const headings = text.replace(/^```[^]*?^```$/gm, "").matchAll(/^#+ (.*)$/gm);
  return new Set(
    [...headings].map(([, heading]) =>
      heading!.toLowerCase().replace(/[^\p{L}\p{N} _-]/gu, "").replaceAll(" ", "-")
    ),
  );
}

Deno.test("linksIn() and anchorsIn() read what is there", { permissions: "none" }, () => {
  const text = "# One `two`: three\n[a](b.md#c-d) [e](https://f) `[g](h)`\n```\n[i](j)\n# k\n```\n";
  assertEquals(linksIn(text), [{ path: "b.md", anchor: "c-d" }]);
  assertEquals([...anchorsIn(text)], ["one-two-three"]);
});

/** Files and folders that a text names in backquotes, by their path from the root of the project. */
function pathsIn(text: string): string[] {
  return [...text.matchAll(/`((?:tests|lib|tools|docs)\/[\w/.-]*)`/g)].map(([, path]) => path!);
}

Deno.test("every file that a document names is there", async () => {
  const missing: string[] = [];
  for (const document of await documents()) {
    for (const path of pathsIn(await Deno.readTextFile(document))) {
      const isThere = await Deno.stat(`${ROOT}/${path}`).then(() => true, () => false);
      if (!isThere) missing.push(`${document}: ${path}`);
    }
  }
  assertEquals(missing, []);
});

Deno.test("words quoted of a test are in it", async () => {
  const missing: string[] = [];
  let quotes = 0;
  for (const document of await documents()) {
    const text = await Deno.readTextFile(document);
    for (const [, file, words] of text.matchAll(/`(tests\/[\w/]+\.ts)`,\s+"([^"]+)"/g)) {
      quotes++;
      const test = await Deno.readTextFile(`${ROOT}/${file}`);
      if (!test.includes(words!.replace(/ \.\.\.$/, ""))) missing.push(`${file}: ${words}`);
    }
  }
  assertEquals(missing, []);
  assert(quotes > 10, "documents name tests");
});

Deno.test("every link in the documents leads to a file and a heading that is there", async () => {
  const broken: string[] = [];
  let links = 0;
  for (const path of await documents()) {
    for (const link of linksIn(await Deno.readTextFile(path))) {
      links++;
      const target = link.path === "" ? path : new URL(link.path, `file://${path}`).pathname;
      const there = await Deno.stat(target).catch(() => undefined);
      const isFound = there !== undefined &&
        (link.anchor === "" || anchorsIn(await Deno.readTextFile(target)).has(link.anchor));
      if (!isFound) broken.push(`${path}: ${link.path}#${link.anchor}`);
    }
  }
  assertEquals(broken, []);
  assert(links > 10, "the documents link to each other");
});
