import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { step } from "../../lib/client/login_chat_machine.ts";
import { commandsAt } from "../../lib/client/slash_commands.ts";
import {
  type ChatClientState,
  type ChatMode,
  loggedIn,
  wantsLine,
} from "../../lib/client/login_chat_state.ts";
import { MAX_CHAT_FRAME_BYTES } from "../../lib/core/limits.ts";
import { type ChatAnswer, chatReply, parseChatAnswer } from "../../lib/wire/login_chat_answer.ts";
import { encodeChatRequest } from "../../lib/wire/login_chat_request.ts";
import { CHAT_ANSWER_SAMPLES, STRANGE_ANSWER_SAMPLES } from "../samples/login_chat_samples.ts";
import { id } from "../support/ids.ts";

const OPERATION = "«Operation (PM, DM, WHO, EX): »";
const HELP = "PM a message to all, DM a message to one, WHO who is online, EX leave.";

const SLOW = "The server has not answered yet. EX leaves.";

/** A client played by hand: `>` is a line typed, `<` an answer of the server. */
class Play {
  state: ChatClientState = loggedIn(id("alice"));

  /** What comes of typing a line, receiving an answer, `slow`, `lost`, `back` or `end`. */
  after(...events: readonly string[]): string[] {
    return events.flatMap((event) => {
      if (event === "end" || event === "slow" || event === "lost" || event === "back") {
        return this.#step({ kind: event });
      }
      const text = event.slice(2);
      if (event.startsWith("> ")) {
        assert(wantsLine(this.state), `a line is read: ${text}`);
        return this.#step({ kind: "line", text });
      }
      return this.#step({
        kind: "answer",
        answer: parseChatAnswer(new TextEncoder().encode(text)),
      });
    });
  }

  #step(event: Parameters<typeof step>[1]): string[] {
    const { state, effects } = step(this.state, event);
    this.state = state;
    return effects.map((effect) => {
      if (effect.kind === "show") return effect.line.text;
      if (effect.kind === "command") return `COMMAND ${effect.word} ${effect.argument}`;
      if (effect.kind === "prompt") return `«${effect.prompt.text}»`;
      return `SEND ${new TextDecoder().decode(encodeChatRequest(effect.request)).trimEnd()}`;
    });
  }
}

Deno.test("a message to all: announced, asked for, sent, confirmed", () => {
  const play = new Play();
  assertEquals(play.after("> PM"), ["SEND C PM"]);
  assertEquals(wantsLine(play.state), false);
  assertEquals(play.after("< C READY"), ["«To all: »"]);
  assertEquals(play.after("> hello all"), ["SEND D hello all"]);
  assertEquals(play.after("< C 200 SENT 3"), ["Sent to 3.", OPERATION]);
  assertEquals(play.after("> pm", "< C READY", "> hi", "< C 200 SENT 0").slice(-2), [
    "Sent, but nobody else is online.",
    OPERATION,
  ]);
});

Deno.test("a message to one: who is online is shown, name and message are asked for", () => {
  const play = new Play();
  assertEquals(play.after("> dm"), ["SEND C DM"]);
  assertEquals(play.after("< C USERS bob carol"), ["Online: bob carol", "«To whom: »"]);
  assertEquals(play.after("> Bob "), ["«To bob: »"]);
  assertEquals(play.after("> psst"), ["SEND D bob psst"]);
  assertEquals(play.after("< C 200 SENT 1"), ["Sent to bob.", OPERATION]);
});

Deno.test("a name may have its message behind it, and an operation what it needs", () => {
  const play = new Play();
  assertEquals(play.after("> PM  hello  all", "< C READY"), ["SEND C PM", "SEND D hello  all"]);
  play.after("< C 200 SENT 1");
  assertEquals(play.after("> DM bob  psst", "< C USERS bob"), ["SEND C DM", "SEND D bob psst"]);
  play.after("< C 200 SENT 1");
  assertEquals(play.after("> DM bob", "< C USERS bob"), ["SEND C DM", "«To bob: »"]);
  play.after("> hi", "< C 200 SENT 1");
  assertEquals(play.after("> DM", "< C USERS bob", "> bob  hi").slice(-1), ["SEND D bob hi"]);
});

Deno.test("a command typed where a name or a message is asked for is never sent", () => {
  const play = new Play();
  play.state = loggedIn(id("alice"), commandsAt("login"));
  play.after("> PM", "< C READY");
  assertEquals(play.after("> /help").slice(-1), ["«To all: »"]);
  assertEquals(play.after("> /hepl"), ["Unknown command /hepl, did you mean /help?", "«To all: »"]);
  assertEquals(play.after("> //etc/hosts"), ["SEND D /etc/hosts"]);
  play.after("< C 200 SENT 1");
  play.after("> DM", "< C USERS bob");
  assertEquals(play.after("> /bell all"), ["COMMAND bell all", "«To whom: »"]);
  assertEquals(play.after("> bob /history 3"), ["COMMAND history 3", "«To bob: »"]);
  assertEquals(play.after("> /help").slice(-1), ["«To bob: »"]);
  assertEquals(play.after("> psst"), ["SEND D bob psst"]);
});

Deno.test("who is online, also when it takes several answers", () => {
  const play = new Play();
  assertEquals(play.after("> who", "< C USERS bob"), ["SEND C WHO", "Online: bob", OPERATION]);
  assertEquals(play.after("> WHO", "< C USERS").slice(1), ["Nobody else is online.", OPERATION]);
  assertEquals(play.after("> WHO", "< C USERS bob +"), ["SEND C WHO"]);
  assertEquals(play.after("< C USERS kim"), ["Online: bob kim", OPERATION]);
  assertEquals(play.after("> DM", "< C USERS bob +", "< C USERS kim"), [
    ...["SEND C DM", "Online: bob kim", "«To whom: »"],
  ]);
});

Deno.test("an empty line where a message is wanted takes the operation back", () => {
  const openings: readonly (readonly string[])[] = [
    ["> PM", "< C READY", "> "],
    ["> DM", "< C USERS bob", "> "],
    ["> DM", "< C USERS bob", "> bob", ">   "],
    ["> DM", "< C USERS", "> "],
  ];
  for (const opening of openings) {
    const play = new Play();
    assertEquals(play.after(...opening).slice(-2), ["Nothing was sent.", "SEND C CANCEL"]);
    assertEquals(wantsLine(play.state), false);
    assertEquals(play.after("< C 200 OK"), [OPERATION]);
  }
});

Deno.test("somebody who has gone meanwhile, and somebody who cannot be", () => {
  const play = new Play();
  play.after("> DM", "< C USERS bob", "> bob hi");
  assertEquals(play.after("< C 202 NO SUCH USER bob"), [
    "bob is not online; nothing was sent.",
    OPERATION,
  ]);
  play.after("> DM", "< C USERS bob");
  assertEquals(play.after("> ../x"), ['"../x" is no user name.', "«To whom: »"]);
  assertEquals(play.after("> \x1b[2J"), ['"^[[2J" is no user name.', "«To whom: »"]);
});

Deno.test("a message that does not fit a frame is not sent, and asked for again", () => {
  const play = new Play();
  play.after("> PM", "< C READY");
  const room = MAX_CHAT_FRAME_BYTES - "D PM alice \n".length;
  const tooLong = `That was not sent: it has more than ${MAX_CHAT_FRAME_BYTES} bytes.`;
  assertEquals(play.after(`> ${"x".repeat(room + 1)}`), [tooLong, "«To all: »"]);
  assertEquals(play.after(`> ${"x".repeat(room)}`), [`SEND D ${"x".repeat(room)}`]);
  play.after("< C 200 SENT 1", "> DM", "< C USERS bob", "> bob");
  assertEquals(play.after(`> ${"x".repeat(room + 1)}`), [tooLong, "«To bob: »"]);
});

Deno.test("a message that fits as it arrives, and not as it is sent, is not sent either", () => {
  const play = new Play();
  const to = "b".repeat(32);
  play.after("> DM", `< C USERS ${to}`, `> ${to}`);
  const room = MAX_CHAT_FRAME_BYTES - `D ${to} \n`.length;
  assert(room < MAX_CHAT_FRAME_BYTES - "D DM alice \n".length);
  assertEquals(play.after(`> ${"x".repeat(room + 1)}`)[1], `«To ${to}: »`);
  assertEquals(play.after(`> ${"x".repeat(room)}`), [`SEND D ${to} ${"x".repeat(room)}`]);
});

Deno.test("a message to oneself is asked for again", () => {
  const play = new Play();
  play.after("> DM", "< C USERS bob");
  assertEquals(play.after("> Alice hello"), ["alice is you; whom shall it go to?", "«To whom: »"]);
  assertEquals(play.after("> bob hello"), ["SEND D bob hello"]);
});

Deno.test("while an answer takes long, a person may leave, and nothing else", () => {
  const waiting: readonly (readonly string[])[] = [
    ["> WHO"],
    ["> PM"],
    ["> DM"],
    ["> PM", "< C READY", "> hello"],
    ["> PM", "< C READY", "> "],
  ];
  for (const before of waiting) {
    const play = new Play();
    play.after(...before);
    assertEquals(play.after("slow"), [SLOW, "«Waiting (EX): »"]);
    assertEquals(play.after("> hello?"), [
      "Not now: the server has not answered yet. EX leaves.",
      "«Waiting (EX): »",
    ]);
    assertEquals(play.after("> ex "), ["SEND C EX"]);
    assertEquals(wantsLine(play.state), false);
  }
  const play = new Play();
  assertEquals(play.after("> WHO", "slow", "< C USERS bob").slice(-2), ["Online: bob", OPERATION]);
  play.after("> WHO");
  assertEquals(wantsLine(play.state), false, "the next answer is another matter");
  play.after("< C USERS bob");
  assertEquals(play.after("slow"), [], "nothing is waited for");
});

Deno.test("a message the server does not take is told, and the operation taken back", () => {
  const play = new Play();
  play.after("> PM", "< C READY", "> hi");
  assertEquals(play.after("< C 201 INVALID the message is too long"), [
    "The server says: 201 INVALID the message is too long",
    "SEND C CANCEL",
  ]);
  assertEquals(play.after("< C 200 OK"), [OPERATION]);
});

Deno.test("other people's messages are shown in every mode, and change nothing", () => {
  const modes: readonly ChatMode[] = [
    { kind: "idle" },
    { kind: "opening", what: "direct", rest: "", names: [] },
    { kind: "listing", names: [] },
    { kind: "public" },
    { kind: "whom" },
    { kind: "direct", to: id("bob") },
    { kind: "sending", to: undefined, text: "hi" },
    { kind: "cancelling" },
    { kind: "away" },
    { kind: "leaving" },
  ];
  for (const mode of modes) {
    const play = new Play();
    play.state = { ...play.state, mode };
    assertEquals(play.after("< D PM bob hello all"), ["bob: hello all"], mode.kind);
    assertEquals(play.after("< D DM bob psst \x1b[2J\x07"), ["bob (to you): psst ^[[2J^G"]);
    assertEquals(play.state.mode, mode);
  }
});

Deno.test("a lost connection: what was under way was not delivered, nor is what is typed then", () => {
  const AWAY = "«(not connected) »";
  const play = new Play();
  play.after("> PM", "< C READY", "> hello all");
  assertEquals(play.after("lost"), ["(not delivered) hello all", AWAY]);
  assertEquals(play.after("> ", "> still \x07?"), [AWAY, "(not delivered) still ^G?", AWAY]);
  const BACK = "Connected again. What was said meanwhile was not heard.";
  assertEquals(play.after("back"), [BACK, OPERATION]);
  play.after("> DM", "< C USERS bob", "> bob", "> psst");
  assertEquals(play.after("lost"), ["(not delivered) to bob psst", AWAY]);
  play.after("back", "> PM hello at once");
  assertEquals(play.after("lost"), ["(not delivered) hello at once", AWAY]);
  play.after("back", "> WHO");
  assertEquals(play.after("lost"), [AWAY]);
  assertEquals(play.after("> EX"), ["SEND C EX"]);
  assertEquals(play.state.mode, { kind: "leaving" });
});

Deno.test("what is no operation is told, and an empty line lists them", () => {
  const play = new Play();
  assertEquals(play.after("> "), [HELP, OPERATION]);
  assertEquals(play.after("> \x1b]52 x"), ['Unknown operation "^[]52".', HELP, OPERATION]);
});

Deno.test("EX and the end of input leave, once", () => {
  for (const leaving of ["> EX", "> ex", "end"]) {
    const play = new Play();
    assertEquals(play.after(leaving), ["SEND C EX"]);
    assertEquals(wantsLine(play.state), false);
    assertEquals(play.after("end", "< C 200 BYE"), []);
  }
  const play = new Play();
  assertEquals(play.after("> DM", "< C USERS bob", "end").slice(-1), ["SEND C EX"]);
});

Deno.test("an answer that nobody asked for is shown, and an operation asked for where none is", () => {
  const play = new Play();
  assertEquals(play.after("< C 500 STORAGE"), ["The server says: 500 STORAGE"]);
  assertEquals(play.after("> WHO", "< C 201 INVALID \x1b[2J"), [
    "SEND C WHO",
    "The server says: 201 INVALID ^[[2J",
    OPERATION,
  ]);
  assertEquals(play.after("> PM", "< 220 hello").slice(1), [
    "The server says: 220 hello",
    OPERATION,
  ]);
  assertEquals(play.after("< C PONG x"), []);
});

Deno.test("whatever the server sends, the client shows only visible text and never gets stuck", () => {
  const answers = fc.constantFrom(
    ...[...CHAT_ANSWER_SAMPLES, ...STRANGE_ANSWER_SAMPLES].map(({ expected }) => expected),
  );
  const lines = fc.constantFrom("PM", "DM", "WHO", "", "bob", "hello\x1b");
  fc.assert(fc.property(
    fc.array(fc.oneof(
      fc.record({ kind: fc.constant("answer" as const), answer: answers }),
      fc.record({ kind: fc.constant("line" as const), text: lines }),
    )),
    (events) => {
      let state = loggedIn(id("alice"));
      const take = (event: Parameters<typeof step>[1]): void => {
        const next = step(state, event);
        state = next.state;
        for (const effect of next.effects) {
          // deno-lint-ignore no-control-regex
          if (effect.kind === "show") assert(!/[\x00-\x1f\x7f]/.test(effect.line.text));
        }
      };
      for (const event of events) if (event.kind === "answer" || wantsLine(state)) take(event);
      const answersThatEnd: ChatAnswer[] = [chatReply("200 OK"), chatReply("201 INVALID x")];
      for (const answer of answersThatEnd) if (!wantsLine(state)) take({ kind: "answer", answer });
      if (!wantsLine(state)) take({ kind: "answer", answer: chatReply("200 OK") });
      assert(wantsLine(state), JSON.stringify(state));
    },
  ));
});

Deno.test("login chat: commands that start with / are done wherever they are typed", () => {
  const play = new Play();
  play.state = { ...play.state, commands: commandsAt("login", { bell: () => [] }) };
  const asked = "«Operation (PM, DM, WHO, EX): »";
  assertEquals(play.after("> /bell off"), ["COMMAND bell off", asked]);
  assertEquals(play.after("> /bel"), ["Unknown command /bel, did you mean /bell?", asked]);
  assertEquals(play.after("> /help").slice(-3), [
    "  /bell [off|pm|all]  rings never, for what is for you, for every message",
    "  /help               shows this",
    asked,
  ]);
  assertEquals(play.after("> PM", "< C READY", "> /bell off"), [
    ...["SEND C PM", "«To all: »", "COMMAND bell off", "«To all: »"],
  ]);
});
