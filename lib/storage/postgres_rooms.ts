/**
 * Reading rooms from a database. Every change of a room raises one version, in the order of the
 * commits, so what is new is told by a number: all is read once, then what changed.
 */

import { OneAtATime } from "./one_at_a_time.ts";
import type { DatabaseClient, DatabaseLink } from "./postgres_link.ts";
import type { StoredMember, StoredRoom } from "./store.ts";

interface RoomRow {
  readonly room: string;
  readonly host: string;
  readonly hash: string | null;
  readonly version: string;
  readonly members: readonly MemberRow[] | null;
}

interface MemberRow {
  readonly member: string;
  readonly token: string;
  readonly ip: string;
  readonly is_doubted: boolean;
}

/** The members of room `r`, in the order they joined; `NULL` for none. */
const MEMBERS = `(
  SELECT json_agg(json_build_object(
      'member', m.member, 'token', m.token, 'ip', m.ip, 'is_doubted', m.is_doubted
    ) ORDER BY m.place)
  FROM parley.members m WHERE m.room = r.room)`;

/** The rooms of a database. */
export class PostgresRooms {
  readonly #link: DatabaseLink;
  readonly #reading = new OneAtATime();
  #version: string | undefined;
  #rooms: readonly StoredRoom[] = [];

  /** Reads over a link that its owner closes. */
  constructor(link: DatabaseLink) {
    this.#link = link;
  }

  /** Every room, in the order they were created; the same array as long as nothing changes. */
  rooms(): Promise<readonly StoredRoom[]> {
    return this.#reading.run(() => this.#link.use((client) => this.#catchUp(client)));
  }

  /** A room, as it is now. */
  async room(room: string): Promise<StoredRoom | undefined> {
    const { rows } = await this.#link.use((client) =>
      client.query({
        name: "room",
        text: `SELECT r.room, r.host, r.hash, ${MEMBERS} AS members
          FROM parley.rooms r WHERE r.room = $1`,
        values: [room],
      })
    );
    const row = rows[0] as RoomRow | undefined;
    return row && storedRoom(row);
  }

  async #catchUp(client: DatabaseClient): Promise<readonly StoredRoom[]> {
    const version = await newestVersion(client);
    if (version === this.#version) return this.#rooms;
    const { rows } = await client.query({
      name: "rooms",
      // Members are read of those rooms only that changed. A room that another one's name was given
      // to has changed, too.
      text: `SELECT r.room, r.host, r.hash,
          CASE WHEN r.version > $1::bigint THEN coalesce(${MEMBERS}, '[]') END AS members
        FROM parley.rooms r ORDER BY r.place`,
      values: [this.#version ?? "-1"],
    });
    const before = new Map(this.#rooms.map((room) => [room.room, room]));
    const rooms = (rows as RoomRow[]).map((row) =>
      row.members === null ? before.get(row.room)! : storedRoom(row)
    );
    // What was committed between the two statements is read, and will be read once more.
    this.#version = version;
    this.#rooms = rooms;
    return rooms;
  }
}

async function newestVersion(client: DatabaseClient): Promise<string> {
  const { rows } = await client.query({
    name: "room version",
    text: "SELECT version::text FROM parley.room_version",
    values: [],
  });
  return (rows[0] as { readonly version: string }).version;
}

function storedRoom({ room, host, hash, members }: RoomRow): StoredRoom {
  return { room, host, hash: hash ?? undefined, members: (members ?? []).map(storedMember) };
}

function storedMember({ member, token, ip, is_doubted }: MemberRow): StoredMember {
  return is_doubted ? { member, token, ip, isDoubted: true } : { member, token, ip };
}
