import { mediaAnswers } from '../media-answers.suite.js';
import { inShards } from '../split-engine.suite.js';
import { dawnAdapter } from './dawn.suite.js';
import { createWebgpuEngine } from './engine.js';

const open = async () => createWebgpuEngine(await dawnAdapter());
mediaAnswers('webgpu', open);
mediaAnswers('webgpu in 5 shards', async () => inShards(await open(), 5));
