import { mediaAnswers } from '../media-answers.suite.js';
import { inShards } from '../split-engine.suite.js';
import { createWasmEngine } from './engine.js';

mediaAnswers('wasm', createWasmEngine);
mediaAnswers('wasm in 5 shards', async () => inShards(await createWasmEngine(), 5));
