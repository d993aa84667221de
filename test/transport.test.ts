import { afterAll, beforeAll } from 'vitest';
import { TransportEnd } from '../core/links/end.suite.js';
import { transportCompliance } from '../core/links/transport.suite.js';
import { weriftTransports } from '../peer-node/werift/transport.js';
import { launchTabs, type Tab, type Tabs } from './browser-transport.js';

const node = weriftTransports();
let tabs: Tabs;
let one: Tab;
let other: Tab;
beforeAll(async () => {
  tabs = await launchTabs();
  [one, other] = await Promise.all([tabs.open(), tabs.open()]);
});
afterAll(async () => {
  await tabs.close();
  await node.close();
});

transportCompliance('simple-peer and simple-peer, between two tabs', async () => ({
  initiator: await one.newEnd(),
  answerer: await other.newEnd(),
}));

transportCompliance('simple-peer and werift, the tab first', async () => ({
  initiator: await one.newEnd(),
  answerer: new TransportEnd(node),
}));

transportCompliance('simple-peer and werift, the Node peer first', async () => ({
  initiator: new TransportEnd(node),
  answerer: await one.newEnd(),
}));
