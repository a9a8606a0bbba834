/**
 * Reading all of a database: the rooms, and then every user at one moment, page by page.
 */

import type { DatabaseAddress } from "../core/backend_address.ts";
import { OperationalError } from "../core/errors.ts";
import type { Log } from "../core/ports.ts";
import type { StoreContents } from "./contents.ts";
import { type DatabaseClient, DatabaseLink } from "./postgres_link.ts";
import { PostgresRooms } from "./postgres_rooms.ts";
import { readUsersAfter } from "./postgres_users.ts";
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

async function readAllUsers(client: DatabaseClient): Promise<StoredUser[]> {
  await client.query("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY");
  const users: StoredUser[] = [];
  for (let page, after = "0"; (page = await readUsersAfter(client, after)).length > 0;) {
    for (const { id, hash, buddies } of page) {
      users.push({ user: idOf(id), hash, buddies: buddies.map(idOf) });
    }
    after = page.at(-1)!.place;
  }
  await client.query("COMMIT");
  return users;
}

function idOf(text: string): StoredUser["user"] {
  const id = storedId(text);
  if (id !== undefined) return id;
  throw new OperationalError(`Cannot read the database: "${text}" is no user id of Parley`);
}
