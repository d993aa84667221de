import { exactAnswers } from '../exact-answers.suite.js';
import { dawnAdapter } from './dawn.suite.js';
import { createWebgpuEngine } from './engine.js';

exactAnswers('webgpu', async () => createWebgpuEngine(await dawnAdapter()));
