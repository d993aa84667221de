import { mediaAnswers } from '../media-answers.suite.js';
import { createWasmEngine } from './engine.js';

mediaAnswers('wasm', createWasmEngine);
