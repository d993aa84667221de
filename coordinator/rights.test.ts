import type { IncomingHttpHeaders } from 'node:http';
import { describe, expect, it } from 'vitest';
import { Refusal } from './http/refusal.js';
import { type Request, Rights } from './rights.js';

const token = 'the-token';
const inviteKey = new Uint8Array(32).fill(1);
const rights = new Rights({ token, inviteKey, behindProxy: false });

interface Asked {
  readonly headers?: IncomingHttpHeaders;
  readonly url?: string;
  readonly from?: string;
}

/** A request from this machine, as a browser or a program here makes it, but for what is given. */
function request({ headers = {}, url = '/', from = '127.0.0.1' }: Asked = {}): Request {
  return { headers: { host: 'localhost:4000', ...headers }, url, socket: { remoteAddress: from } };
}

function statusOf(ask: () => void): number {
  try {
    ask();
    return 200;
  } catch (error) {
    expect(error).toBeInstanceOf(Refusal);
    return (error as Refusal).status;
  }
}

const part = (asked?: Asked, room = 'main') => statusOf(() => rights.requirePart(request(asked), room));

describe('Managing', () => {
  const manage = (authorization?: string) =>
    statusOf(() =>
      rights.requireRun(request({ headers: { ...(authorization && { authorization }) } }), 'main'),
    );

  it('takes the token, even from this machine', () => {
    expect(manage()).toBe(401);
    expect(manage('Basic abc')).toBe(401);
    expect(manage('Bearer wrong')).toBe(403);
    expect(manage(`Bearer ${token}x`)).toBe(403);
    expect(manage(`Bearer ${token}`)).toBe(200);
  });
});

describe('Taking part', () => {
  it.each(['127.0.0.1', '127.1.2.3', '::1', '::ffff:127.0.0.1'])(
    'is open from this machine, at %s',
    (from) => {
      expect(part({ from })).toBe(200);
    },
  );

  it.each(['localhost', 'localhost:80', '127.0.0.1:4000', '[::1]:4000'])(
    'is open under the name %s',
    (host) => {
      expect(part({ headers: { host } })).toBe(200);
    },
  );

  it.each(['192.168.1.4', '::ffff:10.0.0.1', '2001:db8::1', '1127.0.0.1'])('is not open from %s', (from) => {
    expect(part({ from })).toBe(401);
  });

  it.each(['evil.example:4000', 'localhost.evil.example', '127.0.0.1.evil.example', '0.0.0.0:4000', ''])(
    'is not open to a page of a foreign name that leads here: Host %s',
    (host) => {
      expect(part({ headers: { host } })).toBe(401);
    },
  );

  it('is not open without a Host', () => {
    const bare: Request = { headers: {}, url: '/', socket: { remoteAddress: '127.0.0.1' } };
    expect(statusOf(() => rights.requirePart(bare, 'main'))).toBe(401);
  });

  it('is open to our own page, and not to any other page in the same browser', () => {
    expect(part({ headers: { origin: 'http://localhost:4000' } })).toBe(200);
    for (const origin of ['https://evil.example', 'http://localhost:3000', 'http://127.0.0.1:4000', 'null']) {
      expect(part({ headers: { origin } }), origin).toBe(401);
    }
  });

  it.each(['x-forwarded-for', 'x-real-ip', 'forwarded', 'via'])(
    'is not open through a proxy: %s',
    (header) => {
      expect(part({ headers: { [header]: '127.0.0.1' } })).toBe(401);
    },
  );

  it('is never open by place where a proxy is known to stand in front', () => {
    const proxied = new Rights({ token, inviteKey, behindProxy: true });
    expect(statusOf(() => proxied.requirePart(request(), 'main'))).toBe(401);
  });

  it('takes the invitation of that very room from elsewhere', () => {
    const from = '192.168.1.4';
    const url = `/ws/main?invite=${rights.invite('main')}`;
    expect(part({ from, url })).toBe(200);
    expect(part({ from, url }, 'other')).toBe(403);
    expect(part({ from, url: '/ws/main?invite=wrong' })).toBe(403);
    expect(part({ from, url: '/ws/main?invite=' })).toBe(403);
  });

  it('takes the token from elsewhere', () => {
    const headers = (value: string) => ({ authorization: `Bearer ${value}` });
    expect(part({ from: '192.168.1.4', headers: headers(token) })).toBe(200);
    expect(part({ from: '192.168.1.4', headers: headers('wrong') })).toBe(403);
  });
});
