#!/usr/bin/env node
import { processLifetime } from './lifetime.js';
import { runProgram } from './program.js';
import { parts } from './wiring.js';

const exit = await runProgram(process.argv.slice(2), {
  parts,
  lifetime: processLifetime(),
  print: (line) => process.stdout.write(`${line}\n`),
});
// Not left to the event loop: a device or a link that lingers must not keep an ended command alive.
process.exit(exit);
