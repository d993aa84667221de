import { exactAnswers } from '../exact-answers.suite.js';
import { inShards } from '../split-engine.suite.js';
import { createWasmEngine } from './engine.js';

exactAnswers('wasm', createWasmEngine);
exactAnswers('wasm in 5 shards', async () => inShards(await createWasmEngine(), 5));
