import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { askerAt } from "../../lib/balancer/udp_lane_shares.ts";
import { type Lane, Lanes } from "../../lib/balancer/udp_lanes.ts";

const ASKER = askerAt({ ip: "127.0.0.1", port: 1 }, true);
const LIMITS = { lanes: 3, restMs: 10, lateMs: 100 };
const pure = { permissions: "none" } as const;

function take(lanes: Lanes, now: number): Lane {
  const taken = lanes.take(now, ASKER);
  assert(taken !== undefined);
  return taken.lane;
}

Deno.test("Lanes gives a lane of its own to each GET under way, up to the bound", pure, () => {
  const lanes = new Lanes(LIMITS);
  assertEquals(new Set([take(lanes, 0), take(lanes, 0), take(lanes, 0)]).size, 3);
  assertEquals(lanes.take(0, ASKER), undefined);
});

Deno.test("Lanes takes one answer for each GET; a doubled one is none", pure, () => {
  const lanes = new Lanes(LIMITS);
  const lane = take(lanes, 0);
  assertEquals([lanes.answered(lane, 1), lanes.answered(lane, 2)], [true, false]);
});

Deno.test("Lanes uses a lane again when it has rested", pure, () => {
  const lanes = new Lanes(LIMITS);
  const lane = take(lanes, 0);
  lanes.answered(lane, 0);
  assert(take(lanes, 9) !== lane);
  assert(take(lanes, 10) === lane);
});

Deno.test("Lanes never uses a lane again that owes an answer", pure, () => {
  const lanes = new Lanes(LIMITS);
  const lane = take(lanes, 0);
  lanes.giveUp(lane, 0);
  assert(take(lanes, 1) !== lane);
  assertEquals(lanes.answered(lane, 1), false);
  assertEquals(lanes.expire(99), []);
  assertEquals(lanes.expire(100), [lane]);
});

Deno.test(
  "Lanes at the bound cuts rest short first, then closes the longest late one",
  pure,
  () => {
    const lanes = new Lanes(LIMITS);
    const [late, rested, asked] = [take(lanes, 0), take(lanes, 0), take(lanes, 0)];
    lanes.giveUp(late, 0);
    lanes.answered(rested, 0);
    assert(take(lanes, 1) === rested);
    const taken = lanes.take(1, ASKER);
    assert(taken?.isNew && taken.closed === late);
    assertEquals(lanes.take(1, ASKER), undefined);
    assertEquals(asked.state, "asked");
  },
);

Deno.test("Lanes closes what nobody has asked over for long", pure, () => {
  const lanes = new Lanes(LIMITS);
  const lane = take(lanes, 0);
  lanes.answered(lane, 0);
  assertEquals([lanes.expire(109), lanes.expire(110), lanes.size], [[], [lane], 0]);
});

/** What a model run does at one moment. */
type Step =
  | { readonly kind: "ask" }
  | { readonly kind: "answer"; readonly which: number; readonly twice: boolean }
  | { readonly kind: "giveUp"; readonly which: number }
  | { readonly kind: "wait"; readonly ms: number };

const steps = fc.array(
  fc.oneof(
    { weight: 4, arbitrary: fc.constant<Step>({ kind: "ask" }) },
    {
      weight: 4,
      arbitrary: fc.record({
        kind: fc.constant("answer" as const),
        which: fc.nat(),
        twice: fc.boolean(),
      }),
    },
    {
      weight: 2,
      arbitrary: fc.record({ kind: fc.constant("giveUp" as const), which: fc.nat() }),
    },
    {
      weight: 2,
      arbitrary: fc.record({
        kind: fc.constant("wait" as const),
        ms: fc.integer({ min: 1, max: 30 }),
      }),
    },
  ),
  { maxLength: 60 },
);

/**
 * A backend that answers each GET once, at once, much later, or never, and now and then doubles an
 * answer within the time of rest. GETs are numbered; the backend's answers carry the number, which
 * the lanes cannot see.
 */
class Model {
  /** More than GETs: at the bound less is promised. */
  readonly lanes = new Lanes({ ...LIMITS, lanes: 64 });
  now = 0;
  #asked = 0;
  /** The GET each lane waits for, and what the backend will still send over it. */
  readonly #waiting = new Map<Lane, number>();
  readonly #owed: { lane: Lane; number: number; before: number; isDouble: boolean }[] = [];
  readonly #closed = new Set<Lane>();

  run(step: Step): void {
    if (step.kind === "wait") this.now += step.ms;
    if (step.kind === "ask") this.#ask();
    if (step.kind === "giveUp") {
      const lane = pick([...this.#waiting.keys()], step.which);
      if (lane !== undefined) this.#waiting.delete(lane), this.lanes.giveUp(lane, this.now);
    }
    if (step.kind === "answer") {
      const answer = pick(this.#owed, step.which);
      if (answer === undefined) return;
      this.#owed.splice(this.#owed.indexOf(answer), 1);
      this.#deliver(answer.lane, answer.number, answer.before);
      // The same again, at some later step.
      if (step.twice && !answer.isDouble) {
        this.#owed.push({ ...answer, isDouble: true, before: this.now + LIMITS.restMs - 1 });
      }
    }
    for (const lane of this.lanes.expire(this.now)) this.#closed.add(lane);
  }

  #ask(): void {
    const lane = take(this.lanes, this.now);
    assert(!this.#waiting.has(lane), "nobody else waits there");
    const number = ++this.#asked;
    this.#waiting.set(lane, number);
    this.#owed.push({ lane, number, before: this.now + LIMITS.lateMs, isDouble: false });
  }

  #deliver(lane: Lane, number: number, before: number): void {
    // A closed lane has no socket, and later than this nothing is promised.
    if (this.#closed.has(lane) || this.now > before) return;
    const expected = this.#waiting.get(lane);
    if (!this.lanes.answered(lane, this.now)) return;
    assertEquals(number, expected, "the answer to this GET, and no other");
    this.#waiting.delete(lane);
  }
}

function pick<T>(all: readonly T[], which: number): T | undefined {
  return all[which % Math.max(1, all.length)];
}

Deno.test("Whatever comes late or twice, no GET gets the answer to another", pure, () => {
  fc.assert(
    fc.property(steps, (steps) => {
      const model = new Model();
      for (const step of steps) model.run(step);
    }),
    { numRuns: 5000 },
  );
});
