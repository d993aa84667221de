import { afterEach, describe, expect, test, vi } from 'vitest';
import { sdpOf, TransportEnd } from '../core/links/end.suite.js';

/** Which library describes itself so in a session's first line. */
const LIBRARIES = { datachannel: /^o=rtc /m, werift: /^o=- /m };

const offerOf = async (choice: 'auto' | 'datachannel' | 'werift') => {
  const { openTransports } = await import('./transports.js');
  const factory = await openTransports(choice);
  const sdp = sdpOf(await new TransportEnd(factory).offer());
  await factory.close();
  return sdp;
};

test('the native library carries links where nothing else is asked for', async () => {
  expect(await offerOf('auto')).toMatch(LIBRARIES.datachannel);
  expect(await offerOf('datachannel')).toMatch(LIBRARIES.datachannel);
  expect(await offerOf('werift')).toMatch(LIBRARIES.werift);
});

describe('where the native library does not load', () => {
  afterEach(() => {
    vi.doUnmock('node-datachannel');
    vi.resetModules();
  });

  test('the other one carries links, unless the native one was asked for', async () => {
    vi.resetModules();
    vi.doMock('node-datachannel', () => {
      throw new Error('not built for this platform');
    });
    expect(await offerOf('auto')).toMatch(LIBRARIES.werift);
    await expect(offerOf('datachannel')).rejects.toMatchObject({
      code: 'link',
      message: expect.stringContaining('--transport werift'),
    });
  });
});
