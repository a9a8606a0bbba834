/** `docs/dependencies.md` names everything that the lock files bring, and at which version. */

import { assert, assertEquals } from "@std/assert";
import { ROOT } from "../support/process.ts";

interface LockFile {
  readonly specifiers: Readonly<Record<string, string>>;
  readonly npm: Readonly<Record<string, unknown>>;
}

async function read(path: string): Promise<LockFile> {
  return JSON.parse(await Deno.readTextFile(`${ROOT}/${path}`));
}

/** The rows of the table: package, version, licence. */
function rowsIn(page: string): Map<string, readonly string[]> {
  const rows = page.matchAll(/^\| `([^`]+)` +\| ([\d.]+) +\| ([^|]+?) +\|/gm);
  return new Map([...rows].map(([, name, version, licence]) => [name!, [version!, licence!]]));
}

Deno.test("docs/dependencies.md has a row for each package we import, with its version", async () => {
  const page = await Deno.readTextFile(`${ROOT}/docs/dependencies.md`);
  const rows = rowsIn(page);
  for (const path of ["deno.lock", "tests/browser/deno.lock"]) {
    const { specifiers, npm } = await read(path);
    for (const [specifier, version] of Object.entries(specifiers)) {
      const name = specifier.replace(/^npm:/, "").replace(/@[^@]*$/, "");
      assertEquals(rows.get(name)?.[0], version, `${name} of ${path}`);
      assert(rows.get(name)?.[1] !== "", name);
    }
    for (const key of Object.keys(npm)) {
      const name = key.replace(/(?<=.)@.*$/, "");
      assert(page.includes(`\`${name}\``), `${name} of ${path} is not named`);
    }
  }
});

Deno.test("docs/dependencies.md has no row for what is not there any more", async () => {
  const locks = await Promise.all(["deno.lock", "tests/browser/deno.lock"].map(read));
  const there = new Set(
    locks.flatMap(({ npm }) => Object.keys(npm)).map((key) => key.replace(/(?<=.)@.*$/, "")),
  );
  const rows = rowsIn(await Deno.readTextFile(`${ROOT}/docs/dependencies.md`));
  assert(rows.size > 3);
  assertEquals([...rows.keys()].filter((name) => !there.has(name)), []);
});
