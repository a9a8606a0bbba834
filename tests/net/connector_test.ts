import { assertEquals, assertRejects } from "@std/assert";
import { UnreachableError } from "../../lib/core/errors.ts";
import { Connector } from "../../lib/net/connector.ts";
import { NOBODYS_PORT } from "../support/machine.ts";
import { FullListener } from "../support/full_listener.ts";

Deno.test("Connector connects, again and again", async () => {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = listener.addr as Deno.NetAddr;
  const connector = new Connector(20);
  for (let turn = 0; turn < 3; turn++) {
    using conn = await connector.connect("127.0.0.1", port);
    using _accepted = await listener.accept();
    assertEquals(conn.remoteAddr.port, port);
  }
  connector.retire();
});

Deno.test("Connector says why it cannot", async () => {
  const connector = new Connector(20);
  const error = await assertRejects(
    () => connector.connect("127.0.0.1", NOBODYS_PORT),
    UnreachableError,
  );
  assertEquals(error.message, "nothing is listening there");
  connector.retire();
});

Deno.test({
  name: "Connector says that a name is not known",
  // Deno 2.6 forgets to let go of the signal of a connect whose name was not found.
  sanitizeResources: !Deno.version.deno.startsWith("2.6."),
  async fn() {
    const connector = new Connector(20);
    const error = await assertRejects(
      () => connector.connect("no-such-host.invalid", 9),
      UnreachableError,
    );
    assertEquals(error.message, "the name is not known");
    connector.retire();
  },
});

Deno.test({
  name: "Connector gives up when the time is over, also after it was retired" + FullListener.note,
  ignore: !FullListener.isPossible,
  async fn() {
    await using full = await FullListener.make();
    const connector = new Connector(0.05);
    const connecting = connector.connect("127.0.0.1", full.port);
    connector.retire();
    const error = await assertRejects(() => connecting, UnreachableError);
    assertEquals(error.message, "no answer in time");
  },
});
