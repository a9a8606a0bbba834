/**
 * What the plays about presence over UDP share.
 */

import { assertEquals } from "@std/assert";
import { RawUdp } from "./raw_udp.ts";
import { TestServer, type TestServerOptions } from "./server.ts";

/** A server with ann, whose only buddy is bob, and a client of ann's. */
export class PresencePlay implements AsyncDisposable {
  readonly server: TestServer;
  /** Asks and says things for ann. */
  readonly ann: RawUdp;

  private constructor(server: TestServer) {
    this.server = server;
    this.ann = new RawUdp(server.udp);
  }

  /** Starts the server, and registers also `fence`, whose list is unlike any other. */
  static async begin(options: TestServerOptions = {}): Promise<PresencePlay> {
    const server = await TestServer.start(options);
    await server.register("ann", "bob", "fence", "end");
    await server.addBuddies("ann", "bob");
    await server.addBuddies("fence", "end");
    return new PresencePlay(server);
  }

  /** A client of somebody else's on this machine. */
  client(hostname = "127.0.0.1"): RawUdp {
    return new RawUdp(this.server.udp, hostname, "127.0.0.1");
  }

  /** Ann's list as the server tells it now. */
  async list(): Promise<string> {
    return await this.ann.ask("GET ann");
  }

  /**
   * Waits until all that was sent before is dealt with, and sees that none of it was answered: the
   * answer to a request sent last is the next datagram that comes.
   */
  async expectSilence(client: RawUdp = this.ann): Promise<void> {
    assertEquals(await client.ask("GET fence"), "end 101 OFFLINE unknown 0\n");
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.ann[Symbol.dispose]();
    await this.server[Symbol.asyncDispose]();
  }
}
