/** The `@std/cli/parse-args` module: splits command-line arguments into flags and the rest. */
// The package carries no types of its own; without the next line no name would be found here.
// @ts-types="./parse_args.d.ts"
export * from "npm:deno-std@1.3.1/cli/parse_args.js";
