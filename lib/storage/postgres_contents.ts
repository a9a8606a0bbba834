/**
 * Reading all of a database at one moment, page by page.
 */

import type { DatabaseAddress } from "../core/backend_address.ts";
import { OperationalError } from "../core/errors.ts";
import type { Log } from "../core/ports.ts";
import type { StoreContents } from "./contents.ts";
import { type DatabaseClient, DatabaseLink } from "./postgres_link.ts";
import { PostgresRooms } from "./postgres_rooms.ts";
import { storedId } from "./stored_id.ts";
import type { StoredUser } from "./user_index.ts";

/** Users read with one statement: it has to end within its deadline. */
const PAGE = 5000;

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
    return { users: await link.use(readUsers), rooms };
  } finally {
    await link.close();
  }
}

async function readUsers(client: DatabaseClient): Promise<StoredUser[]> {
  await client.query("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY");
  const users: StoredUser[] = [];
  for (let after = "0";;) {
    const { rows } = await client.query({
      name: "page of users",
      text: `
        SELECT u.id, u.hash, u.place::text,
          (SELECT string_agg(b.buddy, ' ' ORDER BY b.place)
            FROM parley.buddies b WHERE b.owner = u.id) AS buddies
        FROM parley.users u WHERE u.place > $1::bigint ORDER BY u.place LIMIT ${PAGE}`,
      values: [after],
    });
    for (const row of rows as UserRow[]) users.push(userOf(row));
    after = (rows.at(-1) as UserRow | undefined)?.place ?? after;
    if (rows.length < PAGE) break;
  }
  await client.query("COMMIT");
  return users;
}

interface UserRow {
  readonly id: string;
  readonly hash: string | null;
  readonly place: string;
  readonly buddies: string | null;
}

function userOf({ id, hash, buddies }: UserRow): StoredUser {
  return {
    user: idOf(id),
    hash: hash ?? undefined,
    buddies: (buddies?.split(" ") ?? []).map(idOf),
  };
}

function idOf(text: string): StoredUser["user"] {
  const id = storedId(text);
  if (id !== undefined) return id;
  throw new OperationalError(`Cannot read the database: "${text}" is no user id of Parley`);
}
