import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { visibleText } from "../../lib/core/visible_text.ts";

const FAMILY = "👩\u200d👩\u200d👧";

const TABLE: readonly (readonly [what: string, text: string, shown: string])[] = [
  ["plain text stays", "Hello, buddy! ~", "Hello, buddy! ~"],
  ["a tab becomes four spaces", "a\tb", "a    b"],
  ["ESC cannot start a command", "\x1b[2J", "^[[2J"],
  ["a colour is shown, not used", "\x1b[31mred\x1b[0m", "^[[31mred^[[0m"],
  ["OSC 52 cannot write the clipboard", "\x1b]52;c;cm0gLXJm\x07", "^[]52;c;cm0gLXJm^G"],
  ["a title cannot be set", "\x1b]0;root\x1b\\", "^[]0;root^[\\"],
  ["8-bit CSI is a command too", "\x9b2J", "<U+009B>2J"],
  ["8-bit OSC", "\x9d0;x\x9c", "<U+009D>0;x<U+009C>"],
  ["NEL is a line end", "a\x85b", "a<U+0085>b"],
  ["CR cannot overwrite the line", "you owe\rI owe", "you owe^MI owe"],
  ["LF cannot forge a line", "hi\nbob: yes", "hi^Jbob: yes"],
  ["BS cannot erase", "yes\b\b\bno", "yes^H^H^Hno"],
  ["BEL cannot ring", "\x07", "^G"],
  ["NUL", "a\0b", "a^@b"],
  ["DEL", "a\x7fb", "a^?b"],
  ["the last caret letter", "\x1f", "^_"],
  ["a bidirectional override cannot turn text around", "a\u202etxt.exe", "a<U+202E>txt.exe"],
  ["a bidirectional isolate", "\u2066a\u2069", "<U+2066>a<U+2069>"],
  ["a right-to-left mark", "a\u200fb", "a<U+200F>b"],
  ["a line separator", "a\u2028b", "a<U+2028>b"],
  ["a paragraph separator", "a\u2029b", "a<U+2029>b"],
  ["a zero-width space cannot hide", "al\u200bice", "al<U+200B>ice"],
  ["a soft hyphen", "al\u00adice", "al<U+00AD>ice"],
  ["a byte order mark", "\ufeffalice", "<U+FEFF>alice"],
  ["a tag character", "\u{e0041}", "<U+E0041>"],
  ["a private use character", "\ue000\u{f0000}", "<U+E000><U+F0000>"],
  ["a noncharacter, which no XML may hold", "\uffff\ufdd0\u{1fffe}", "<U+FFFF><U+FDD0><U+1FFFE>"],
  ["a lone high surrogate", "a\ud83db", "a<U+D83D>b"],
  ["a lone low surrogate", "\ude00", "<U+DE00>"],
  ["surrogates the wrong way round", "\ude00\ud83d", "<U+DE00><U+D83D>"],
  ["an emoji stays", "😀", "😀"],
  ["a joiner inside a family emoji stays", FAMILY, FAMILY],
  ["a joiner after a skin tone", "👩🏽\u200d🚀", "👩🏽\u200d🚀"],
  ["a joiner after a variation selector", "❤\ufe0f\u200d🔥", "❤\ufe0f\u200d🔥"],
  ["a joiner between letters is shown", "al\u200dice", "al<U+200D>ice"],
  ["a joiner after an emoji only", "😀\u200dx", "😀<U+200D>x"],
  ["a joiner before an emoji only", "x\u200d😀", "x<U+200D>😀"],
  ["a joiner at the ends", "\u200d😀\u200d", "<U+200D>😀<U+200D>"],
  ["two joiners in a row", "😀\u200d\u200d😀", "😀<U+200D><U+200D>😀"],
  ["combining marks stay", "e\u0301 n\u0303", "e\u0301 n\u0303"],
  ["wide characters stay", "花子 ユーザ 한글", "花子 ユーザ 한글"],
  ["other scripts stay", "Ünïcødé Ελλάδα שלום عربى हिन्दी", "Ünïcødé Ελλάδα שלום عربى हिन्दी"],
  ["a caret of one's own stays", "^[", "^["],
  ["nothing", "", ""],
];

for (const [what, text, shown] of TABLE) {
  Deno.test(`visibleText(): ${what}`, { permissions: "none" }, () => {
    assertEquals(visibleText(text), shown);
  });
}

Deno.test(
  "visibleText() shows every one of the C0 and C1 controls",
  { permissions: "none" },
  () => {
    for (let code = 0; code <= 0x9f; code++) {
      const character = String.fromCharCode(code);
      const isPrintable = code >= 0x20 && code < 0x7f;
      assertEquals(visibleText(character) === character, isPrintable, `U+${code.toString(16)}`);
      assert(/^[ -~]+$/.test(visibleText(character)));
    }
  },
);

/** Text in which what is dangerous is as likely as what is not. */
const texts = fc.array(fc.oneof(
  fc.nat({ max: 0x10ffff }).map((code) => String.fromCodePoint(code)),
  fc.nat({ max: 0xffff }).map((code) => String.fromCharCode(code)),
  fc.constantFrom("\x1b", "\x9b", "\r", "\n", "\t", "\u200d", "\ufe0f", "😀", "🏽", "e", "\u202e"),
)).map((pieces) => pieces.join(""));

Deno.test("visibleText() never lets a control character through, whatever the text", {
  permissions: "none",
}, () => {
  fc.assert(
    fc.property(texts, (text) => {
      const shown = visibleText(text);
      assert(!/\p{Cc}/u.test(shown));
      assert(!/[\p{Cf}\p{Zl}\p{Zp}\p{Co}\p{Cs}]/u.test(shown.replaceAll("\u200d", "")));
    }),
    { numRuns: 3000 },
  );
});

Deno.test("visibleText() of its own output changes nothing", { permissions: "none" }, () => {
  fc.assert(
    fc.property(texts, (text) => {
      const shown = visibleText(text);
      assertEquals(visibleText(shown), shown);
    }),
    { numRuns: 3000 },
  );
});

Deno.test("visibleText() leaves out nothing that can be seen", { permissions: "none" }, () => {
  fc.assert(fc.property(texts, (text) => {
    const seen = text.match(/[\p{L}\p{N}\p{P}\p{S}]/gu) ?? [];
    let at = 0;
    const shown = visibleText(text);
    for (const character of seen) {
      at = shown.indexOf(character, at) + character.length;
      assert(at >= character.length, `${character} is missing`);
    }
  }));
});
