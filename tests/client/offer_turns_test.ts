import { assertEquals } from "@std/assert";
import { OfferTurns } from "../../lib/client/offer_turns.ts";

Deno.test("OfferTurns doubts the first answer to an offer that took the place of another", () => {
  const turns = new OfferTurns();
  turns.shown("notes.txt of alice", 0);
  assertEquals(turns.isDoubtful(10), false, "the first offer");
  turns.wentAway(1000);
  turns.shown("tool.exe of carol", 1500);
  assertEquals(turns.isDoubtful(2000), true);
  assertEquals(turns.isDoubtful(2001), false, "said once more, it is meant");
});

Deno.test("OfferTurns doubts no answer to the same offer, nor one given late", () => {
  const turns = new OfferTurns();
  turns.shown("notes.txt of alice", 0);
  turns.wentAway(1000);
  turns.shown("notes.txt of alice", 1500);
  assertEquals(turns.isDoubtful(1600), false, "the same offer");
  turns.wentAway(2000);
  turns.shown("tool.exe of carol", 20_000);
  assertEquals(turns.isDoubtful(20_001), false, "nothing had just gone away");
  turns.wentAway(20_002);
  turns.shown("notes.txt of alice", 20_003);
  assertEquals(turns.isDoubtful(40_000), false, "there was time to read it");
});
