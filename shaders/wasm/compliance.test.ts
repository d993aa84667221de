import { engineCompliance } from '../engine.suite.js';
import { createWasmEngine } from './engine.js';

engineCompliance('wasm', { open: createWasmEngine, exact: true });
