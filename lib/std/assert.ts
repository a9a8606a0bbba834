/** The `@std/assert` module: checks that throw an `AssertionError` with a readable difference. */
// The package carries no types of its own; without the next line no name would be found here.
// @ts-types="./assert.d.ts"
export * from "npm:deno-std@1.3.1/assert/mod.js";
