import { mediaAnswers } from '../media-answers.suite.js';
import { dawnAdapter } from './dawn.suite.js';
import { createWebgpuEngine } from './engine.js';

mediaAnswers('webgpu', async () => createWebgpuEngine(await dawnAdapter()));
