import { assert, assertEquals, assertInstanceOf } from "@std/assert";
import {
  OperationalError,
  reasonOf,
  StorageError,
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
