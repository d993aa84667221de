import { describe, expect, it } from 'vitest';
import { areNear } from './vicinity.js';

const at = (address: string | undefined, roundTrip?: number) => ({ address, roundTrip });

describe('two peers are taken for near', () => {
  it('where they come from one address, as behind one router', () => {
    expect(areNear(at('203.0.113.7'), at('203.0.113.7'))).toBe(true);
    expect(areNear(at('203.0.113.7'), at('::ffff:203.0.113.7'))).toBe(true);
    expect(areNear(at('203.0.113.7', 0.03), at('203.0.113.7', 0.032))).toBe(true);
  });

  it('where they come from neighbouring addresses by ways of the same length', () => {
    expect(areNear(at('192.168.1.5', 0.0004), at('192.168.1.77', 0.001))).toBe(true);
    expect(areNear(at('2001:db8:1:aa::5', 0.03), at('2001:db8:1:bb:1:2:3:4', 0.033))).toBe(true);
    expect(areNear(at('fe80::1%eth0', 0.0004), at('fe80::2%eth0', 0.0004))).toBe(true);
  });
});

describe('two peers are not taken for near', () => {
  it('where addresses are all that neighbours have in common, and no way is measured', () => {
    expect(areNear(at('192.168.1.5'), at('192.168.1.77'))).toBe(false);
    expect(areNear(at('192.168.1.5', 0.001), at('192.168.1.77'))).toBe(false);
  });

  it('where one is much farther from the coordinator, whatever their addresses', () => {
    expect(areNear(at('203.0.113.7', 0.01), at('203.0.113.7', 0.06))).toBe(false);
    expect(areNear(at('192.168.1.5', 0.01), at('192.168.1.77', 0.06))).toBe(false);
  });

  it('where they come from different networks', () => {
    expect(areNear(at('203.0.113.7', 0.03), at('198.51.100.7', 0.03))).toBe(false);
    expect(areNear(at('2001:db8:1::5', 0.03), at('2001:db8:2::5', 0.03))).toBe(false);
    expect(areNear(at('2001:db8::5', 0.03), at('2001:db8:1::5', 0.03))).toBe(false);
  });

  it('where nobody can tell where they are: behind a tunnel of the coordinator’s own machine, or unknown', () => {
    for (const address of ['127.0.0.1', '::1', '::ffff:127.0.0.1', 'unknown', undefined]) {
      expect(areNear(at(address, 0.001), at(address, 0.001))).toBe(false);
    }
  });
});
