/**
 * Reading all of a database: the rooms, and then every user at one moment, page by page.
 */

import type { DatabaseAddress } from "../core/backend_address.ts";
import { OperationalError } from "../core/errors.ts";
import type { Log } from "../core/ports.ts";
import type { StoreContents } from "./contents.ts";
import { type DatabaseClient, DatabaseLink } from "./postgres_link.ts";
import { HALF_COPY } from "./postgres_migrate.ts";
import { PostgresRooms } from "./postgres_rooms.ts";
import { readUsersAfter, type UserRow } from "./postgres_users.ts";
import { storedId } from "./stored_id.ts";
import type { StoredUser } from "./user_index.ts";

/**
 * Reads everything. The tables must be there: open it as a store before.
 *
 * @throws OperationalError when something in it is not Parley's
 * @throws StorageError when the database failed
 */
export async function readDatabase(address: DatabaseAddress, log: Log): Promise<StoreContents> {
  const link = new DatabaseLink(address, log);
  try {
    const rooms = await new PostgresRooms(link).rooms();
    return { users: await link.use(readAllUsers), rooms };
  } finally {
    await link.close();
  }
}

/** Marks a database as half a copy, or takes the mark away: servers refuse it meanwhile. */
export async function markDatabase(
  address: DatabaseAddress,
  isHalf: boolean,
  log: Log,
): Promise<void> {
  const link = new DatabaseLink(address, log);
  try {
    await link.use(async (client) => {
      await client.query(
        isHalf
          ? `INSERT INTO parley.migrations (number, name) VALUES (${HALF_COPY}, 'half a copy')`
          : `DELETE FROM parley.migrations WHERE number = ${HALF_COPY}`,
      );
    });
  } finally {
    await link.close();
  }
}

async function readAllUsers(client: DatabaseClient): Promise<StoredUser[]> {
  await client.query("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY");
  const users: StoredUser[] = [];
  for (let after: string | undefined = "0"; after !== undefined;) {
    const page: UserRow[] = await readUsersAfter(client, after);
    for (const { id, hash, buddies } of page) {
      users.push({ user: idOf(id), hash, buddies: buddies.map(idOf) });
    }
    after = page.at(-1)?.place;
  }
  await client.query("COMMIT");
  return users;
}

function idOf(text: string): StoredUser["user"] {
  const id = storedId(text);
  if (id !== undefined) return id;
  throw new OperationalError(`Cannot read the database: "${text}" is no user id of Parley`);
}
