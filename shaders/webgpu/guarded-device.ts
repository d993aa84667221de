import { DeviceLostError, EngineError } from '../../core/errors.js';
import { pause } from '../clock.js';

/** An operation that fails with the device may say so sooner than the device does; by so much at most. */
const LOSS_TOLD_WITHIN_S = 0.1;

/**
 * A GPUDevice that fails as a whole: once it is lost, closed, or has met an error that nobody foresaw, its memory
 * cannot be trusted, so everything that waits for it and every later call rejects with one EngineError.
 */
export class GuardedDevice {
  readonly #waiting = new Set<(reason: EngineError) => void>();
  #failure: EngineError | undefined;

  constructor(readonly device: GPUDevice) {
    void device.lost.then(({ message }) =>
      this.#fail(
        new DeviceLostError(`the GPU was lost (${message}): open the engine again, or use the wasm engine`),
      ),
    );
    device.onuncapturederror = ({ error }) =>
      this.#fail(new EngineError(`the GPU reports: ${error.message}`));
  }

  /** Throws the EngineError that ended this device, if one did. */
  check(): void {
    if (this.#failure) throw this.#failure;
  }

  /** The same promise, except that it rejects when the device fails. */
  guard<T>(promise: Promise<T>): Promise<T> {
    if (this.#failure) {
      // It will reject as well, and nobody waits for it any more.
      promise.catch(() => undefined);
      return Promise.reject(this.#failure);
    }
    return new Promise<T>((resolve, reject) => {
      this.#waiting.add(reject);
      promise
        .then(resolve, async (error: Error) => {
          if (!this.#failure) await Promise.race([this.device.lost, pause(LOSS_TOLD_WITHIN_S)]);
          reject(this.#failure ?? new EngineError(`the GPU reports: ${error.message}`));
        })
        .finally(() => this.#waiting.delete(reject));
    });
  }

  /** What `create` made, once the device has accepted it; where it has not, an EngineError, and the device goes on. */
  async accepted<T>(create: () => T): Promise<T> {
    this.check();
    this.device.pushErrorScope('validation');
    this.device.pushErrorScope('out-of-memory');
    // Scopes are a stack: both must be popped before anything else can push.
    let made: T;
    let verdicts: [Promise<GPUError | null>, Promise<GPUError | null>];
    try {
      made = create();
    } finally {
      verdicts = [this.device.popErrorScope(), this.device.popErrorScope()];
    }
    const [outOfMemory, invalid] = await this.guard(Promise.all(verdicts));
    if (outOfMemory) throw new EngineError(`the GPU has too little memory: ${outOfMemory.message}`);
    if (invalid) throw new EngineError(`the GPU refuses: ${invalid.message}`);
    return made;
  }

  close(): void {
    this.#fail(new EngineError('the engine is closed'));
    this.device.destroy();
  }

  #fail(failure: EngineError): void {
    this.#failure ??= failure;
    for (const reject of this.#waiting) reject(this.#failure);
    this.#waiting.clear();
  }
}
