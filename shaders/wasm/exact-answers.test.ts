import { exactAnswers } from '../exact-answers.suite.js';
import { createWasmEngine } from './engine.js';

exactAnswers('wasm', createWasmEngine);
