import { expect, it } from 'vitest';
import { EngineError } from '../../core/errors.js';
import { chooseGpus, gpusIn, listGpus } from './adapters.js';

const server = gpusIn(`Error: no suitable backends found
Available adapters:
 * backend: 'vulkan', name: 'NVIDIA H100'
 * backend: 'vulkan', name: 'NVIDIA H100'
 * backend: 'vulkan', name: 'AMD Radeon PRO W7900'
 * backend: 'vulkan', name: 'llvmpipe (LLVM 15.0.6, 256 bits)'
 * backend: 'opengl', name: 'AMD Radeon PRO W7900'
`);

it('every GPU is listed once, however many ways lead to it', () => {
  expect(server).toEqual([
    { name: 'NVIDIA H100', emulated: false, count: 2 },
    { name: 'AMD Radeon PRO W7900', emulated: false, count: 1 },
    { name: 'llvmpipe (LLVM 15.0.6, 256 bits)', emulated: true, count: 1 },
  ]);
});

it('all are those that are no processor, and so many are the first of them', () => {
  expect(chooseGpus(server, { kind: 'all' }).names).toEqual(['NVIDIA H100', 'AMD Radeon PRO W7900']);
  expect(chooseGpus(server, { kind: 'count', count: 1 }).names).toEqual(['NVIDIA H100']);
});

it('a card that computes in place of others of its name says so in a line', () => {
  expect(chooseGpus(server, { kind: 'all' }).leftOut).toEqual([
    expect.stringMatching(
      /^Of 2 GPUs called NVIDIA H100 one computes, .*a container or a machine of its own$/,
    ),
  ]);
  expect(chooseGpus(server, { kind: 'names', parts: ['radeon'] }).leftOut).toEqual([]);
});

it('a card that several parts of names mean computes once, and that is said', () => {
  expect(chooseGpus(server, { kind: 'names', parts: ['radeon', 'llvmpipe', 'AMD'] })).toEqual({
    names: ['AMD Radeon PRO W7900', 'llvmpipe (LLVM 15.0.6, 256 bits)'],
    leftOut: ['--gpus names AMD Radeon PRO W7900 2 times: one peer computes on it'],
  });
});

it('a part of a name finds any, emulated ones too', () => {
  const parts = ['llvmpipe', 'radeon'];
  expect(chooseGpus(server, { kind: 'names', parts }).names).toEqual([
    'llvmpipe (LLVM 15.0.6, 256 bits)',
    'AMD Radeon PRO W7900',
  ]);
});

it('where there are fewer, it is said what there is, and what to do about cards of one name', () => {
  const three = () => chooseGpus(server, { kind: 'count', count: 3 });
  expect(three).toThrow(EngineError);
  expect(three).toThrow(/--gpus 3: this machine has 2.*NVIDIA H100 \(2 of one name: give each a container/);
  expect(() => chooseGpus(server, { kind: 'names', parts: ['Arc'] })).toThrow(/--gpus Arc: .*Radeon/);
  expect(() => chooseGpus(server.slice(2), { kind: 'all' })).toThrow(/no GPU; .*llvmpipe.*the processor/);
});

it('Dawn tells the GPUs of this machine', async () => {
  const gpus = await listGpus();
  expect(gpus.length).toBeGreaterThan(0);
  for (const { name, count } of gpus) {
    expect(name).not.toBe('');
    expect(count).toBeGreaterThan(0);
  }
});
