/** Manual pages: made from the tables, complete, and clean troff. */

import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { textAsInstalled } from "../../lib/config/installed.ts";
import { listedOptions, text } from "../../lib/config/option.ts";
import { COMMON_OPTIONS, optionRow } from "../../lib/config/program.ts";
import { manPage } from "../../tools/man/page.ts";
import { MAN_PAGES } from "../../tools/man/pages.ts";
import { EXECUTABLES } from "../../tools/compile/executables.ts";
import { findProgram } from "../support/unprivileged.ts";

const GROFF = findProgram("/usr/bin/groff", "/bin/groff");

/** What `man` shows of a page, in one long line, and what troff has to say about it. */
async function rendered(page: string): Promise<{ shown: string; warnings: string }> {
  const child = new Deno.Command(GROFF!, {
    // A long line, so that nothing is broken in the middle.
    args: ["-man", "-Tascii", "-ww", "-P-c", "-rLL=2000n", "-rIN=2n"],
    stdin: "piped",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const input = child.stdin.getWriter();
  await input.write(new TextEncoder().encode(page));
  await input.close();
  const { stdout, stderr } = await child.output();
  const decoder = new TextDecoder();
  return {
    // Bold is a letter, a step back, and the letter again.
    // deno-lint-ignore no-control-regex
    shown: decoder.decode(stdout).replace(/.\x08/g, "").replace(/\s+/g, " "),
    warnings: decoder.decode(stderr),
  };
}

Deno.test("there is a page for each executable", { permissions: "none" }, () => {
  assertEquals(MAN_PAGES.map(({ executable }) => executable), EXECUTABLES.map(({ name }) => name));
});

for (const { executable, program, files } of MAN_PAGES) {
  Deno.test({
    name: `${executable}.1 has every option and every example, and troff takes it without a word` +
      (GROFF === undefined ? " (no groff here; Debian: groff-base)" : ""),
    ignore: GROFF === undefined,
    async fn() {
      const page = manPage({
        ...{ program, executable, files, version: "1.2.3", date: "2026-11-21" },
        seeAlso: ["parley-lb"],
      });
      const { shown, warnings } = await rendered(page);
      assertEquals(warnings, "");
      assertStringIncludes(shown, "Parley 1.2.3 2026-11-21");
      for (const [path, holds] of files) assertStringIncludes(shown, `${path} ${holds}`);
      assertStringIncludes(shown, "SEE ALSO parley-lb(1)");
      for (const described of [program, ...(program.commands ?? []).map((row) => row.program)]) {
        for (const option of listedOptions(described.options)) {
          for (const part of optionRow(option)) {
            assertStringIncludes(shown, part.replace(/\s+/g, " "));
          }
        }
        for (const [, meaning] of described.examples) {
          assertStringIncludes(shown, textAsInstalled(meaning));
        }
      }
    },
  });
}

Deno.test({
  name: "manPage() shows what troff would take for its own" +
    (GROFF === undefined ? " (no groff here; Debian: groff-base)" : ""),
  ignore: GROFF === undefined,
  async fn() {
    const page = manPage({
      program: {
        name: "server chat",
        summary: ".SH is no heading: here \\fB is text.\n'and this' a line.",
        positionals: [],
        options: { data: text("data", '"A"', undefined, ".hidden \\n"), ...COMMON_OPTIONS },
        examples: [["printf 'R\\nX' | server chat | client x", "both"], [
          "server chatter",
          "as it is",
        ]],
      },
      executable: "chatserver",
      version: "1",
      date: "",
      files: [],
      seeAlso: [],
    });
    const { shown, warnings } = await rendered(page);
    assertEquals(warnings, "");
    for (
      const told of [
        ".SH is no heading: here \\fB is text. 'and this' a line.",
        '--data "A" .hidden \\n',
        "printf 'R\\nX' | chatserver | parley-client x both",
        "parley-server chatter as it is",
      ]
    ) assertStringIncludes(shown, told);
    assert(!shown.includes("COMMANDS"), "there are none");
  },
});
