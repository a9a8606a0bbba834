/** The `@std/jsonc` module: reads JSON with comments and trailing commas. */
// The package carries no types of its own; without the next line no name would be found here.
// @ts-types="./jsonc.d.ts"
export * from "npm:deno-std@1.3.1/jsonc/parse.js";
