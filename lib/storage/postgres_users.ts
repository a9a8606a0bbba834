/**
 * Reading users of a database, their buddies with them.
 */

import type { UserId } from "../core/user_id.ts";
import type { DatabaseClient } from "./postgres_link.ts";

/** A user as the database has them. */
export interface UserRow {
  /** Who. */
  readonly id: string;
  /** Of their password, if they have one. */
  readonly hash: string | undefined;
  /** Orders by registration. */
  readonly place: string;
  /** In the order they were added. */
  readonly buddies: readonly string[];
}

/** Users of one page: it has to be read within its deadline. */
const PAGE = 5000;

const COLUMNS = `u.id, u.hash, u.place::text,
  (SELECT string_agg(b.buddy, ' ' ORDER BY b.place) FROM parley.buddies b WHERE b.owner = u.id)
    AS buddies`;

/** Reads some users; who is not registered is left out. */
export async function readUsers(
  client: DatabaseClient,
  users: readonly UserId[],
): Promise<UserRow[]> {
  const { rows } = await client.query({
    name: "users",
    text: `SELECT ${COLUMNS} FROM parley.users u WHERE u.id = ANY ($1::text[])`,
    values: [[...new Set(users)]],
  });
  return rows.map(userRow);
}

/** Reads the users that registered after a place, some thousands of them; none at the end. */
export async function readUsersAfter(client: DatabaseClient, place: string): Promise<UserRow[]> {
  const { rows } = await client.query({
    name: "page of users",
    text: `SELECT ${COLUMNS} FROM parley.users u
      WHERE u.place > $1::bigint ORDER BY u.place LIMIT ${PAGE}`,
    values: [place],
  });
  return rows.map(userRow);
}

/** How many users have no password. */
export async function countWithoutPassword(client: DatabaseClient): Promise<number> {
  const { rows } = await client.query({
    name: "users without a password",
    text: "SELECT count(*)::int AS users FROM parley.users WHERE hash IS NULL",
    values: [],
  });
  return (rows[0] as { readonly users: number }).users;
}

function userRow(row: unknown): UserRow {
  const { hash, buddies, ...rest } = row as Pick<UserRow, "id" | "place"> & {
    readonly hash: string | null;
    readonly buddies: string | null;
  };
  return { ...rest, hash: hash ?? undefined, buddies: buddies?.split(" ") ?? [] };
}
