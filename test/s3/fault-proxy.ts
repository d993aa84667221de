import { once } from 'node:events';
import { createServer, type IncomingMessage, request, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

/** What goes wrong with one request. */
export type Fault =
  /** The server answers so, and does nothing. */
  | {
      readonly kind: 'refused';
      readonly status: number;
      readonly code: string;
      readonly headers?: Record<string, string>;
    }
  /** The connection breaks before the server hears of it. */
  | { readonly kind: 'reset' }
  /** The server does it, and the connection breaks before its answer. */
  | { readonly kind: 'answer-lost' }
  /** Half of the answer's body comes, then the connection breaks. */
  | { readonly kind: 'body-broken' }
  /** Half of the answer's body comes, then nothing more. */
  | { readonly kind: 'body-stalled' }
  /** The answer comes whole, but bit by bit over so many milliseconds. */
  | { readonly kind: 'slow'; readonly milliseconds: number }
  /** One bit of the request's body changes on the way. */
  | { readonly kind: 'body-changed' };

/** Stands between a client and a server, and spoils one request after another. */
export class FaultProxy {
  readonly #target: URL;
  readonly #server: Server;
  #faultOf: (request: IncomingMessage) => Fault | undefined = () => undefined;
  /** Requests that came, spoilt or not. */
  requests = 0;

  private constructor(target: string) {
    this.#target = new URL(target);
    this.#server = createServer((incoming, response) => {
      this.requests++;
      this.#pass(incoming, response).catch(() => response.destroy());
    });
  }

  static async start(target: string): Promise<FaultProxy> {
    const proxy = new FaultProxy(target);
    proxy.#server.listen(0, '127.0.0.1');
    await once(proxy.#server, 'listening');
    return proxy;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** The next requests, one fault each; those after them pass. */
  spoilNext(...faults: readonly Fault[]): void {
    const left = [...faults];
    this.#faultOf = () => left.shift();
  }

  spoil(faultOf: (request: IncomingMessage) => Fault | undefined): void {
    this.#faultOf = faultOf;
  }

  close(): void {
    this.#server.close();
    this.#server.closeAllConnections();
  }

  async #pass(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    const fault = this.#faultOf(incoming);
    const body = Buffer.concat(await incoming.toArray());
    switch (fault?.kind) {
      case 'refused':
        response.writeHead(fault.status, { 'content-type': 'application/xml', ...fault.headers });
        response.end(`<?xml version="1.0"?><Error><Code>${fault.code}</Code><Message>so</Message></Error>`);
        return;
      case 'reset':
        response.destroy();
        return;
      case 'body-changed':
        body[0] = (body[0] ?? 0) ^ 1;
        break;
      default:
    }
    const answer = await this.#ask(incoming, body);
    const bytes = Buffer.concat(await answer.toArray());
    if (fault?.kind === 'answer-lost') {
      response.destroy();
      return;
    }
    response.writeHead(answer.statusCode ?? 502, answer.headers);
    if (fault?.kind === 'slow') {
      for (let tenth = 0; tenth < 10; tenth++) {
        await sleep(fault.milliseconds / 10);
        response.write(bytes.subarray((bytes.length * tenth) / 10, (bytes.length * (tenth + 1)) / 10));
      }
    }
    if (fault?.kind !== 'body-broken' && fault?.kind !== 'body-stalled') {
      response.end(fault?.kind === 'slow' ? undefined : bytes);
      return;
    }
    response.write(bytes.subarray(0, bytes.length / 2), () => {
      if (fault.kind === 'body-broken') response.destroy();
    });
  }

  /** With the client's own Host, which its signature covers. */
  async #ask({ method, url, headers }: IncomingMessage, body: Buffer): Promise<IncomingMessage> {
    const { hostname, port } = this.#target;
    const outgoing = request({ hostname, port, method, path: url, headers });
    const answer = once(outgoing, 'response');
    outgoing.end(body);
    return (await answer)[0] as IncomingMessage;
  }
}
