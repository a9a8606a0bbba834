import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { escapeHtml, Markup, markup } from "../../lib/observe/markup.ts";

Deno.test("markup escapes every value that is not markup already, lists as well", {
  permissions: "none",
}, () => {
  const name = `<script>alert("x")</script>`;
  const safe = "&lt;script&gt;alert(&quot;x&quot;)&lt;/script&gt;";
  assertEquals(markup`<b title="${name}">${name}</b>`.text, `<b title="${safe}">${safe}</b>`);
  assertEquals(markup`${["a&b", markup`<i>`, 3]}`.text, "a&amp;b<i>3");
  assertEquals(markup`${new Markup("<br>")}`.text, "<br>");
});

Deno.test(
  "escapeHtml() makes visible what a page would hide or obey",
  { permissions: "none" },
  () => {
    assertEquals(escapeHtml("a\x1b[31m\u202Eb\n"), "a^[[31m&lt;U+202E&gt;b^J");
  },
);

Deno.test("escapeHtml() lets no text out of an element or an attribute", {
  permissions: "none",
}, () => {
  fc.assert(fc.property(fc.string({ unit: "binary" }), (text) => {
    assertEquals(/[<>"']|&(?!(?:amp|lt|gt|quot|#39);)/.test(escapeHtml(text)), false);
  }));
});
