import type { Model } from '../model.js';
import { wave } from './wave.js';

/** The models that a job file can call by name. */
export const builtInModels: Readonly<Record<string, Model>> = { wave };
