import { assertEquals, assertRejects } from "@std/assert";
import fc from "fast-check";
import { CLIENT_OPTIONS } from "../../lib/config/client_options.ts";
import {
  parseSettings,
  settingsText,
  type SettingValue,
  withSettings,
} from "../../lib/config/client_settings.ts";
import { loginAddressText } from "../../lib/config/login_address.ts";
import { defaultsOf } from "../../lib/config/option.ts";
import { UsageError } from "../../lib/core/errors.ts";
import { userIds } from "../support/ids.ts";

const LINE = { options: defaultsOf(CLIENT_OPTIONS), given: new Set<string>() };

const login = fc.tuple(userIds, fc.integer({ min: 1, max: 65_534 })).map(([user, tcpPort]) =>
  loginAddressText(user, { host: "lab", tcpPort, udpPort: tcpPort + 1 })
);
const settings: fc.Arbitrary<Record<string, SettingValue>> = fc.record({
  login,
  bell: fc.constantFrom("off", "pm", "all"),
  plain: fc.boolean(),
  messagePort: fc.integer({ min: 0, max: 65_535 }),
  transcript: fc.string({ minLength: 1, unit: "grapheme" }),
}, { requiredKeys: [] });

Deno.test(
  "settingsText() is what parseSettings() reads back",
  { permissions: "none" },
  async () => {
    await fc.assert(fc.asyncProperty(settings, async (values) => {
      const text = settingsText(new Map(Object.entries(values)), CLIENT_OPTIONS);
      const read = await parseSettings(text, "client.jsonc", CLIENT_OPTIONS);
      const texts = [...read].map(([name, { texts }]) => [name, ...texts]);
      assertEquals(texts, Object.entries(values).map(([name, value]) => [name, String(value)]));
    }));
  },
);

Deno.test("settingsText() says above each value what it is for", { permissions: "none" }, () => {
  const lines = settingsText(new Map([["bell", "off"]]), CLIENT_OPTIONS).split("\n");
  assertEquals(lines.slice(3), [
    "{",
    `  // ${CLIENT_OPTIONS.bell.help}`,
    '  "bell": "off"',
    "}",
    "",
  ]);
});

for (
  const [what, text, message] of [
    ["no JSON", "{", 'Cannot read config file "client.jsonc": '],
    ["a list", "[]", 'Cannot use config file "client.jsonc": expected an object, { ... }'],
    ["an unknown name", '{"bel":"off"}', 'unknown option "bel", did you mean "bell"?'],
    ["a bad value", '{"bell":"loud"}', 'Cannot use "bell" in client.jsonc "loud": expected one of'],
  ] as const
) {
  Deno.test(`parseSettings() refuses ${what}`, { permissions: "none" }, async () => {
    const reading = (): Promise<unknown> => parseSettings(text, "client.jsonc", CLIENT_OPTIONS);
    await assertRejects(reading, UsageError, message);
  });
}

Deno.test(
  "settings hold where the command line says nothing",
  { permissions: "none" },
  async () => {
    const text = '{ "bell": "off", "refresh": 5 }';
    const settings = await parseSettings(text, "client.jsonc", CLIENT_OPTIONS);
    const line = { options: { ...LINE.options, bell: "all" as const }, given: new Set(["bell"]) };
    const settled = withSettings(line, CLIENT_OPTIONS, settings);
    const { bell, refresh, messagePort } = settled.options;
    assertEquals([bell, refresh, messagePort], ["all", 5, 0]);
    assertEquals([...settled.given], ["bell", "refresh"]);
  },
);
