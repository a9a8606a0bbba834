import { assert, assertEquals, assertInstanceOf } from "@std/assert";
import {
  OperationalError,
  reasonOf,
  StorageError,
  systemReason,
  UnreachableError,
  UsageError,
} from "../../lib/core/errors.ts";

const CLASSES = { UsageError, OperationalError, UnreachableError, StorageError };

Deno.test("the error classes can be told apart, keep their names and carry a cause", {
  permissions: "none",
}, () => {
  for (const [name, Class] of Object.entries(CLASSES)) {
    const cause = new Error("disk full");
    const error = new Class("Cannot write", { cause });
    assertInstanceOf(error, Error);
    assertEquals([error.name, error.message, error.cause], [name, "Cannot write", cause]);
    const classes = Object.values(CLASSES).filter((Other) => error instanceof Other);
    assertEquals(classes, [Class]);
  }
});

Deno.test("reasonOf() is the message of an error, without its stack", {
  permissions: "none",
}, () => {
  assertEquals(reasonOf(new UsageError("Cannot use x")), "Cannot use x");
  assert(!reasonOf(new Error("gone")).includes("Error"));
});

Deno.test("reasonOf() makes text of anything else that was thrown", {
  permissions: "none",
}, () => {
  const thrown: readonly (readonly [unknown, string])[] = [
    ["text", "text"],
    [7, "7"],
    [undefined, "undefined"],
    [null, "null"],
    [Symbol("x"), "Symbol(x)"],
    [{}, "[object Object]"],
  ];
  for (const [value, text] of thrown) assertEquals(reasonOf(value), text);
});

Deno.test("systemReason() has no error numbers, no calls and no advice about flags", {
  permissions: "none",
}, () => {
  const table: readonly (readonly [string, string])[] = [
    [
      "No such file or directory (os error 2): readfile 'x.jsonc'",
      "no such file or directory",
    ],
    ["Is a directory (os error 21): open '/tmp'", "is a directory"],
    [
      'Requires all access to "/dev/full", run again with the --allow-all flag',
      "it belongs to the system, and this program does not touch it",
    ],
    [
      'Requires write access to "x", run again with the --allow-write flag',
      "this program was not given the right to (--allow-write)",
    ],
    ["the port is in use", "the port is in use"],
  ];
  for (const [message, reason] of table) assertEquals(systemReason(new Error(message)), reason);
});
