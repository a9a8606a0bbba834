/**
 * What Parley's database looks like, as numbered steps. A step that was released is never changed:
 * a new one goes behind it.
 *
 * Constraints decide: a user's name is a primary key, a buddy refers to two users. The function
 * `parley.change` judges a whole batch in one call, because a round trip for each change of it costs
 * four times as much (measured, batches of 256).
 */

/** A step. */
export interface Migration {
  /** Its place, from 1. */
  readonly number: number;
  /** What it is for. */
  readonly name: string;
  /** Its statements. */
  readonly sql: string;
}

/** Every step, in order. */
export const MIGRATIONS: readonly Migration[] = [
  {
    number: 1,
    name: "users and buddies",
    sql: `
      CREATE TABLE parley.users (
        id text COLLATE "C" PRIMARY KEY,
        hash text,
        -- Orders by registration.
        place bigint GENERATED ALWAYS AS IDENTITY
      );
      CREATE TABLE parley.buddies (
        owner text COLLATE "C" NOT NULL REFERENCES parley.users,
        buddy text COLLATE "C" NOT NULL REFERENCES parley.users,
        -- Orders by adding.
        place bigint GENERATED ALWAYS AS IDENTITY,
        PRIMARY KEY (owner, buddy)
      );
    `,
  },
  {
    number: 2,
    name: "rooms and members",
    sql: `
      -- One row. Whoever changes rooms holds it, so versions are committed in their order.
      CREATE TABLE parley.room_version (version bigint NOT NULL);
      INSERT INTO parley.room_version VALUES (0);
      CREATE TABLE parley.rooms (
        room text COLLATE "C" PRIMARY KEY,
        host text NOT NULL,
        hash text,
        -- Of the last change to it or its members.
        version bigint NOT NULL,
        place bigint GENERATED ALWAYS AS IDENTITY
      );
      CREATE TABLE parley.members (
        room text COLLATE "C" NOT NULL REFERENCES parley.rooms ON DELETE CASCADE,
        member text COLLATE "C" NOT NULL,
        token text NOT NULL,
        ip text NOT NULL,
        is_doubted boolean NOT NULL DEFAULT false,
        place bigint GENERATED ALWAYS AS IDENTITY,
        PRIMARY KEY (room, member)
      );
    `,
  },
  {
    number: 3,
    name: "changes in batches",
    sql: `
      CREATE FUNCTION parley.change_user(item jsonb) RETURNS text LANGUAGE plpgsql AS $$
      DECLARE
        kind text := item->>'kind';
        owner_id text := item->>'user';
        buddy_id text := item->>'buddy';
        missed text;
      BEGIN
        CASE kind
          WHEN 'register' THEN
            INSERT INTO parley.users (id) VALUES (owner_id) ON CONFLICT DO NOTHING;
            missed := 'exists';
          WHEN 'set password' THEN
            UPDATE parley.users SET hash = item->>'hash'
              WHERE id = owner_id AND (hash IS NULL OR NOT coalesce((item->'unlessSet')::bool, false));
            missed := 'exists';
            buddy_id := owner_id;
          WHEN 'add' THEN
            INSERT INTO parley.buddies (owner, buddy)
              SELECT o.id, b.id FROM parley.users o, parley.users b
                WHERE o.id = owner_id AND b.id = buddy_id
              ON CONFLICT DO NOTHING;
            missed := 'exists';
          WHEN 'remove' THEN
            DELETE FROM parley.buddies WHERE owner = owner_id AND buddy = buddy_id;
            missed := 'absent';
        END CASE;
        IF FOUND THEN
          RETURN 'done';
        END IF;
        IF kind = 'register' OR (
          EXISTS (SELECT FROM parley.users WHERE id = owner_id) AND
          EXISTS (SELECT FROM parley.users WHERE id = buddy_id)
        ) THEN
          RETURN missed;
        END IF;
        RETURN 'no such user';
      END $$;

      CREATE FUNCTION parley.change_room(item jsonb, next bigint) RETURNS text LANGUAGE plpgsql AS $$
      DECLARE
        name text := item->>'room';
        who text := item->>'member';
        seat jsonb := item->'hostSeat';
      BEGIN
        IF item->>'kind' = 'create room' THEN
          INSERT INTO parley.rooms (room, host, hash, version)
            VALUES (name, item->>'host', item->>'hash', next) ON CONFLICT DO NOTHING;
          IF NOT FOUND THEN
            RETURN 'exists';
          END IF;
          INSERT INTO parley.members (room, member, token, ip)
            SELECT name, item->>'host', seat->>'token', seat->>'ip' WHERE seat IS NOT NULL;
          RETURN 'done';
        END IF;
        -- Another token is another member who has taken the name, or the room.
        IF item->>'kind' <> 'join room' AND item ? 'token' AND NOT EXISTS (
          SELECT FROM parley.members m JOIN parley.rooms r USING (room)
            WHERE m.room = name AND m.member = coalesce(who, r.host) AND m.token = item->>'token'
        ) THEN
          RETURN 'absent';
        END IF;
        IF item->>'kind' = 'close room' OR (
          item->>'kind' = 'expire member' AND
          EXISTS (
            SELECT FROM parley.members m JOIN parley.rooms r USING (room)
              WHERE m.room = name AND m.member = who AND r.host = who AND m.is_doubted
          )
        ) THEN
          DELETE FROM parley.rooms WHERE room = name;
          RETURN CASE WHEN FOUND THEN 'done' ELSE 'absent' END;
        END IF;
        CASE item->>'kind'
          WHEN 'join room' THEN
            INSERT INTO parley.members (room, member, token, ip)
              SELECT r.room, who, item->>'token', item->>'ip' FROM parley.rooms r WHERE r.room = name
              ON CONFLICT DO NOTHING;
            IF NOT FOUND AND EXISTS (SELECT FROM parley.rooms WHERE room = name) THEN
              RETURN 'exists';
            END IF;
          WHEN 'leave room' THEN
            DELETE FROM parley.members WHERE room = name AND member = who;
          WHEN 'expire member' THEN
            DELETE FROM parley.members WHERE room = name AND member = who AND is_doubted;
          WHEN 'vouch for member' THEN
            UPDATE parley.members SET is_doubted = false
              WHERE room = name AND member = who AND is_doubted;
          WHEN 'doubt member' THEN
            UPDATE parley.members SET is_doubted = true
              WHERE room = name AND member = who AND NOT is_doubted;
            IF NOT FOUND AND EXISTS (
              SELECT FROM parley.members WHERE room = name AND member = who
            ) THEN
              RETURN 'exists';
            END IF;
        END CASE;
        IF NOT FOUND THEN
          RETURN 'absent';
        END IF;
        UPDATE parley.rooms SET version = next WHERE room = name;
        RETURN 'done';
      END $$;

      -- Judges changes in their order. Two batches that touch the same users take their locks in the
      -- same order, so neither waits for the other for ever.
      CREATE FUNCTION parley.change(changes jsonb) RETURNS jsonb LANGUAGE plpgsql AS $$
      DECLARE
        item jsonb;
        stripe int;
        next bigint;
        outcome text;
        changed_rooms boolean := false;
        outcomes text[] := '{}';
      BEGIN
        FOR stripe IN
          SELECT DISTINCT hashtext(c->>'user') & 255 AS s
            FROM jsonb_array_elements(changes) c WHERE c ? 'user' ORDER BY s
        LOOP
          PERFORM pg_advisory_xact_lock(1885434476, stripe);
        END LOOP;
        IF jsonb_path_exists(changes, '$[*].room') THEN
          SELECT version + 1 INTO next FROM parley.room_version FOR UPDATE;
        END IF;
        FOR item IN
          SELECT c FROM jsonb_array_elements(changes) WITH ORDINALITY AS t (c, n) ORDER BY n
        LOOP
          IF item ? 'room' THEN
            outcome := parley.change_room(item, next);
            changed_rooms := changed_rooms OR outcome = 'done';
          ELSE
            outcome := parley.change_user(item);
          END IF;
          outcomes := outcomes || outcome;
        END LOOP;
        IF changed_rooms THEN
          UPDATE parley.room_version SET version = next;
        END IF;
        RETURN to_jsonb(outcomes);
      END $$;
    `,
  },
  {
    number: 4,
    name: "users that register with a password",
    sql: `
      ALTER FUNCTION parley.change_user(jsonb) RENAME TO change_known_user;

      CREATE FUNCTION parley.change_user(item jsonb) RETURNS text LANGUAGE plpgsql AS $$
      DECLARE
        outcome text := parley.change_known_user(item);
      BEGIN
        IF outcome = 'done' AND item->>'kind' = 'register' AND item ? 'hash' THEN
          UPDATE parley.users SET hash = item->>'hash' WHERE id = item->>'user';
        END IF;
        RETURN outcome;
      END $$;
    `,
  },
];
