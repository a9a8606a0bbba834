import { assertEquals, assertThrows } from "@std/assert";
import { OperationalError } from "../../lib/core/errors.ts";
import { typedPath, userDirectory } from "../../lib/client/user_directory.ts";

type Variables = Readonly<Record<string, string>>;

const PLACES: readonly (readonly [
  what: string,
  os: typeof Deno.build.os,
  variables: Variables,
  directory: string | undefined,
])[] = [
  ["HOME on Linux", "linux", { HOME: "/h/ann" }, "/h/ann/.config/parley"],
  ["XDG_CONFIG_HOME first", "linux", { HOME: "/h/ann", XDG_CONFIG_HOME: "/c/" }, "/c/parley"],
  [
    "no relative XDG_CONFIG_HOME",
    "linux",
    { HOME: "/h", XDG_CONFIG_HOME: "c" },
    "/h/.config/parley",
  ],
  ["an empty XDG_CONFIG_HOME", "linux", { HOME: "/h", XDG_CONFIG_HOME: "" }, "/h/.config/parley"],
  ["HOME on macOS", "darwin", { HOME: "/h" }, "/h/Library/Application Support/parley"],
  ["APPDATA on Windows", "windows", { APPDATA: "C:\\A\\R\\", HOME: "/h" }, "C:\\A\\R/parley"],
  ["no HOME", "linux", {}, undefined],
  ["no APPDATA", "windows", { HOME: "/h" }, undefined],
  ["a relative HOME", "linux", { HOME: "h" }, undefined],
];

for (const [what, os, variables, directory] of PLACES) {
  Deno.test(`userDirectory() with ${what}`, { permissions: "none" }, () => {
    const variable = (name: string): string | undefined => variables[name];
    assertEquals(userDirectory({ os, variable }), directory);
  });
}

Deno.test("userDirectory() is nowhere without the right to read the environment", {
  permissions: "none",
}, () => {
  assertEquals(userDirectory(), undefined);
});

Deno.test("typedPath() puts the home directory for a ~ in front, and for no other", {
  permissions: "none",
}, () => {
  const at = (typed: string, home = "/h/ann/"): string =>
    typedPath(typed, { os: "linux", variable: (name) => name === "HOME" ? home : undefined });
  assertEquals(at("~/inbox"), "/h/ann/inbox");
  assertEquals(at("~"), "/h/ann");
  assertEquals(at("~", "/"), "/");
  for (const same of ["./~", "a/~", "~bob", "inbox", "/~/x", ""]) assertEquals(at(same), same);
  assertThrows(() => at("~/inbox", ""), OperationalError, 'Cannot tell where "~/inbox" is');
});
