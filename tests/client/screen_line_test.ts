import { assertEquals } from "@std/assert";
import { colourStyle, paint, plainStyle } from "../../lib/client/screen_line.ts";

Deno.test("paint() leaves the text as it is in the plain style", { permissions: "none" }, () => {
  assertEquals(paint({ text: "bob: hi", tone: "peer", toned: 4 }, plainStyle), "bob: hi");
});

Deno.test("paint() colours a whole line, or only its start", { permissions: "none" }, () => {
  assertEquals(paint({ text: "oh", tone: "bad" }, colourStyle), "\x1b[31moh\x1b[0m");
  assertEquals(
    paint({ text: "bob: hi", tone: "peer", toned: 4 }, colourStyle),
    "\x1b[1;36mbob:\x1b[0m hi",
  );
});

Deno.test("paint() adds no codes to plain and to empty text", { permissions: "none" }, () => {
  assertEquals(paint({ text: "plain" }, colourStyle), "plain");
  assertEquals(paint({ text: "", tone: "bad" }, colourStyle), "");
});
