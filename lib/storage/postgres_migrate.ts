/**
 * Bringing a database to the shape this Parley knows. Servers that start together take turns.
 */

import { OperationalError } from "../core/errors.ts";
import { type Migration, MIGRATIONS } from "./postgres_migrations.ts";

/** What applying needs of a connection. */
export interface MigrationClient {
  /** Runs a statement, or several without values. */
  query(text: string, values?: readonly unknown[]): Promise<{ readonly rows: readonly unknown[] }>;
}

/** A number that is this lock's alone; see also `parley.change`. */
const LOCK = "pg_advisory_xact_lock(1885434476, 256)";

/**
 * Applies what is missing, all of it or nothing.
 *
 * @returns the names of the steps applied now
 * @throws OperationalError when the database was made by a newer Parley
 */
export async function migrateDatabase(
  client: MigrationClient,
  migrations: readonly Migration[] = MIGRATIONS,
): Promise<string[]> {
  await client.query("BEGIN");
  try {
    await client.query(`SELECT ${LOCK}`);
    const applied = await appliedSteps(client);
    const newest = migrations.at(-1)?.number ?? 0;
    if (applied > newest) {
      throw new OperationalError(
        `Cannot use the database: a newer Parley made it (step ${applied}, this one knows ` +
          `${newest}); run that one`,
      );
    }
    const missing = migrations.filter(({ number }) => number > applied);
    for (const { number, name, sql } of missing) {
      await client.query(sql);
      await client.query("INSERT INTO parley.migrations (number, name) VALUES ($1, $2)", [
        number,
        name,
      ]);
    }
    await client.query("COMMIT");
    return missing.map(({ name }) => name);
  } catch (error) {
    await client.query("ROLLBACK").catch(() => {});
    throw error;
  }
}

/** The number of the last step applied; 0 for an empty database. */
async function appliedSteps(client: MigrationClient): Promise<number> {
  // A user without the right to make a schema can use one that is there.
  const { rows: [found] } = await client.query(
    "SELECT to_regclass('parley.migrations') IS NOT NULL AS found",
  );
  if (!(found as { found: boolean }).found) {
    await client.query(`
      CREATE SCHEMA IF NOT EXISTS parley;
      CREATE TABLE parley.migrations (
        number int PRIMARY KEY,
        name text NOT NULL,
        applied timestamptz NOT NULL DEFAULT now()
      );
    `);
  }
  const { rows: [last] } = await client.query(
    "SELECT coalesce(max(number), 0)::int AS number FROM parley.migrations",
  );
  return (last as { number: number }).number;
}
