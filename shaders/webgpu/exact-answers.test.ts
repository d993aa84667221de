import { exactAnswers } from '../exact-answers.suite.js';
import { inShards } from '../split-engine.suite.js';
import { dawnAdapter } from './dawn.suite.js';
import { createWebgpuEngine } from './engine.js';

const open = async () => createWebgpuEngine(await dawnAdapter());
exactAnswers('webgpu', open);
exactAnswers('webgpu in 5 shards', async () => inShards(await open(), 5));
