// Keeps the page itself, so that it opens without a network and can say so. Nothing of a room, a job or a result is kept.

const SHELL = 'groundswell-shell';

/** As much of a service worker's scope as is used: the DOM's types know `self` as a window only. */
interface Scope {
  skipWaiting(): Promise<void>;
  addEventListener(type: 'install', listener: () => void): void;
  addEventListener(type: 'message', listener: (event: LastingEvent & { data: unknown }) => void): void;
  addEventListener(type: 'fetch', listener: (event: FetchEvent) => void): void;
}

interface LastingEvent {
  waitUntil(done: Promise<unknown>): void;
}

interface FetchEvent extends LastingEvent {
  readonly request: Request;
  respondWith(response: Promise<Response>): void;
}

const scope = self as unknown as Scope;

scope.addEventListener('install', () => void scope.skipWaiting());

// A first visit loads the page before there is a service worker: the page says what it is made of.
scope.addEventListener('message', (event) => {
  if (Array.isArray(event.data)) event.waitUntil(keepAll(event.data.map(String)));
});

// The network comes first, so that nobody is left with a page of yesterday.
scope.addEventListener('fetch', (event) => {
  const { request } = event;
  if (isShell(request)) event.respondWith(fromNetwork(event, request).catch(() => fromShell(request)));
});

/** What a browser loads to show a page; what the page's scripts ask for has no destination. */
function isShell({ method, url, destination }: Request): boolean {
  return method === 'GET' && destination !== '' && new URL(url).origin === location.origin;
}

async function fromNetwork(event: LastingEvent, request: Request): Promise<Response> {
  const response = await fetch(request);
  if (response.ok) event.waitUntil(keep(request.url, response.clone()));
  return response;
}

async function fromShell({ url }: Request): Promise<Response> {
  return (await caches.match(addressOf(url))) ?? Response.error();
}

async function keepAll(urls: readonly string[]): Promise<void> {
  await Promise.all(
    urls.map(async (url) => {
      const response = await fetch(url);
      if (response.ok) await keep(url, response);
    }),
  );
}

async function keep(url: string, response: Response): Promise<void> {
  await (await caches.open(SHELL)).put(addressOf(url), response);
}

/** Without the query: an invitation is nobody else's business. */
function addressOf(url: string): string {
  const { origin, pathname } = new URL(url);
  return `${origin}${pathname}`;
}

export {};
