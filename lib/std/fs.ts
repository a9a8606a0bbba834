/** The `@std/fs` module: whole-directory work on top of the file functions of Deno. */
// The package carries no types of its own; without the next line no name would be found here.
// @ts-types="./fs.d.ts"
export * from "npm:deno-std@1.3.1/fs/mod.js";
