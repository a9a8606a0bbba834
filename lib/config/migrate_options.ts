/** The command line of `server.ts migrate`. */

import type { DatabaseAddress } from "../core/backend_address.ts";
import { UsageError } from "../core/errors.ts";
import { isDatabaseUrl, parseDatabaseUrl, POSTGRES } from "./store_option.ts";
import type { Option, OptionTable, OptionValues } from "./option.ts";
import { COMMON_OPTIONS, type Program } from "./program.ts";

/** A place that users and rooms are copied from or into. */
export type StorePlace =
  | { readonly kind: "text"; readonly directory: string }
  | { readonly kind: "postgres"; readonly address: DatabaseAddress };

/** Every option of `server.ts migrate`. */
export const MIGRATE_OPTIONS = {
  from: place("from", "what to copy"),
  to: place("to", "where to copy it; must be empty"),
  ...COMMON_OPTIONS,
} satisfies OptionTable;

/** The options of `server.ts migrate`, read. */
export type MigrateOptions = OptionValues<typeof MIGRATE_OPTIONS>;

/** How `server.ts migrate` describes itself. */
export const MIGRATE_PROGRAM: Program<typeof MIGRATE_OPTIONS> = {
  name: "server migrate",
  summary: "Copy users, buddies, passwords and rooms from one store into an empty one.",
  positionals: [{ name: "FROM", option: "from" }, { name: "TO", option: "to" }],
  options: MIGRATE_OPTIONS,
  examples: [
    ["server migrate text:data postgres://parley:SECRET@db/parley", "into a database"],
    ["server migrate postgres://parley:SECRET@db/parley text:backup", "and back"],
    ["server migrate --config migrate.jsonc", "the same, from and to in a file of its own"],
  ],
};

function place(flag: string, help: string): Option<StorePlace | undefined> {
  return {
    flag,
    valueName: "text:DIR|postgres://...",
    default: undefined,
    secret: true,
    help,
    parse([text = ""], label) {
      const directory = /^text:(.+)$/s.exec(text)?.[1];
      if (directory !== undefined) return { kind: "text", directory };
      if (!isDatabaseUrl(text)) {
        throw new UsageError(`Cannot use ${label}: expected text:DIR or ${POSTGRES}`);
      }
      return { kind: "postgres", address: parseDatabaseUrl(text, label) };
    },
  };
}
