import { JobError } from '../../core/errors.js';
import { MAX_JOB_BYTES } from '../../core/protocol/limits.js';
import { element, say } from '../contribute/elements.js';
import { count } from '../contribute/numbers.js';
import { type Checked, checkText, type PlacedFault, placedIn } from './check-text.js';
import { EXAMPLE_JOB } from './example-job.js';

/** A model is compiled at each check: it waits until nobody types. */
const CHECK_AFTER_MS = 250;

export interface SubmitTools {
  /** Hands a file in. May throw JobError, with faults that only the coordinator finds. */
  readonly submit: (file: unknown) => Promise<void>;
  readonly failed: (error: unknown) => void;
}

/** A job file is written, pasted, dropped or chosen here; what is wrong with it is shown where it stands. */
export class SubmitView {
  readonly #tools: SubmitTools;
  readonly #text = element('file-text', HTMLTextAreaElement);
  readonly #gutter = element('gutter', HTMLElement);
  #checked: Checked = { kind: 'empty' };
  #check: ReturnType<typeof setTimeout> | undefined;
  /** How often the text has been checked: a sweep takes a while, and what was found of an older text is no news. */
  #checks = 0;
  #mayHandIn = false;
  /** A file is on its way, or is checked to be sent: pressed once more, the button would send it twice. */
  #isHandingIn = false;

  constructor(tools: SubmitTools) {
    this.#tools = tools;
    this.#text.addEventListener('input', () => this.#checkSoon());
    this.#text.addEventListener('scroll', () => {
      this.#gutter.scrollTop = this.#text.scrollTop;
    });
    element('submit-form', HTMLFormElement).addEventListener('submit', (event) => {
      event.preventDefault();
      void this.#submit();
    });
    element('example', HTMLButtonElement).addEventListener('click', () => this.#put(EXAMPLE_JOB));
    const chooser = element('file', HTMLInputElement);
    chooser.addEventListener('change', () => {
      void this.#take(chooser.files?.[0]);
      chooser.value = '';
    });
    this.#takeDrops(element('drop', HTMLElement));
    this.#show();
  }

  /** Whether this page has the right to hand anything in. */
  allow(mayHandIn: boolean): void {
    this.#mayHandIn = mayHandIn;
    this.#paintButton();
  }

  #paintButton(): void {
    element('submit', HTMLButtonElement).disabled = !this.#mayHandIn || this.#isHandingIn;
  }

  #takeDrops(place: HTMLElement): void {
    for (const name of ['dragenter', 'dragover'] as const) {
      place.addEventListener(name, (event) => {
        if (!event.dataTransfer?.types.includes('Files')) return;
        event.preventDefault();
        place.dataset.over = 'true';
      });
    }
    for (const name of ['dragleave', 'drop'] as const) {
      place.addEventListener(name, () => {
        place.dataset.over = 'false';
      });
    }
    place.addEventListener('drop', (event) => {
      const file = event.dataTransfer?.files[0];
      if (!file) return;
      event.preventDefault();
      void this.#take(file);
    });
  }

  async #take(file: File | undefined): Promise<void> {
    if (!file) return;
    if (file.size > MAX_JOB_BYTES) {
      return this.#tell(
        'bad',
        `${file.name} has ${count(file.size)} bytes; a job file has at most ${count(MAX_JOB_BYTES)}.`,
      );
    }
    this.#put(await file.text());
  }

  #put(text: string): void {
    this.#text.value = text;
    void this.#checkNow();
  }

  #checkSoon(): void {
    this.#number([]);
    clearTimeout(this.#check);
    this.#check = setTimeout(() => void this.#checkNow(), CHECK_AFTER_MS);
  }

  /** What the text is as it stands; shown unless it has changed meanwhile. */
  async #checkNow(): Promise<Checked> {
    clearTimeout(this.#check);
    this.#checks += 1;
    const check = this.#checks;
    const checked = await checkText(this.#text.value);
    if (check === this.#checks) {
      this.#checked = checked;
      this.#show();
    }
    return checked;
  }

  async #submit(): Promise<void> {
    if (this.#isHandingIn) return;
    this.#isHandingIn = true;
    this.#paintButton();
    try {
      await this.#handIn(await this.#checkNow());
    } catch (error) {
      this.#tools.failed(error);
    } finally {
      this.#isHandingIn = false;
      this.#paintButton();
    }
  }

  async #handIn(checked: Checked): Promise<void> {
    if (checked.kind === 'empty') {
      this.#tell('bad', 'There is no job file yet.');
      return this.#text.focus();
    }
    if (checked.kind === 'faulty') return this.#goTo(checked.faults[0]);
    try {
      await this.#tools.submit(checked.file);
    } catch (error) {
      if (!(error instanceof JobError)) throw error;
      this.#checked = { kind: 'faulty', faults: placedIn(this.#text.value, error.faults) };
      this.#show();
    }
  }

  #show(): void {
    const checked = this.#checked;
    const faults = checked.kind === 'faulty' ? checked.faults : [];
    this.#number(faults);
    this.#text.setAttribute('aria-invalid', String(faults.length > 0));
    element('faults', HTMLElement).replaceChildren(...faults.map((fault) => this.#itemFor(fault)));
    switch (checked.kind) {
      case 'empty':
        return this.#tell('none', '');
      case 'good':
        return this.#tell('good', checked.words);
      case 'faulty':
        return this.#tell('bad', faults.length === 1 ? 'One fault:' : `${count(faults.length)} faults:`);
    }
  }

  /** Numbers the lines, the faulty ones marked. */
  #number(faults: readonly PlacedFault[]): void {
    const faulty = new Set(faults.map(({ line }) => line));
    const lines = this.#text.value.split('\n').map((_, index) => {
      const number = document.createElement(faulty.has(index + 1) ? 'mark' : 'span');
      number.textContent = String(index + 1);
      return number;
    });
    this.#gutter.replaceChildren(
      ...lines.flatMap((number, index) => (index === 0 ? [number] : ['\n', number])),
    );
    this.#gutter.scrollTop = this.#text.scrollTop;
  }

  #itemFor(fault: PlacedFault): HTMLLIElement {
    const { line, field, problem, fix } = fault;
    const button = document.createElement('button');
    button.type = 'button';
    const where = line === undefined ? field : `Line ${line}: ${field}`;
    for (const [name, text] of [
      ['where', where],
      ['problem', `${problem}. `],
      ['fix', `${fix}.`],
    ] as const) {
      const span = document.createElement('span');
      span.className = name;
      span.textContent = text;
      button.append(span);
    }
    button.addEventListener('click', () => this.#goTo(fault));
    const item = document.createElement('li');
    item.append(button);
    return item;
  }

  /** Puts the cursor on the faulty line. */
  #goTo(fault: PlacedFault | undefined): void {
    this.#text.focus();
    if (fault?.line === undefined) return;
    const lines = this.#text.value.split('\n');
    const start = lines.slice(0, fault.line - 1).reduce((sum, line) => sum + line.length + 1, 0);
    this.#text.setSelectionRange(start, start + (lines[fault.line - 1] ?? '').length);
  }

  #tell(kind: 'good' | 'bad' | 'none', words: string): void {
    element('verdict', HTMLElement).dataset.kind = kind;
    say('verdict', words);
  }
}
