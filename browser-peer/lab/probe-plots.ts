import uPlot from 'uplot';
import type { ProbeList } from '../../core/protocol/api.js';
import { element, show } from '../contribute/elements.js';
import type { LabApi } from './lab-api.js';
import { Recording } from './recording.js';

const HEIGHT = 180;
/** Between two values of the axis, in CSS pixels: little enough that there is always one beside 0. */
const VALUE_SPACE = 18;
/** Plots of one job: what a page can draw and a person can look at. */
const MOST_PLOTS = 12;
const COLOURS = 4;
/** Of the lines in colours that come a second time, in CSS pixels. */
const DASH = [5, 3];

interface ProbePlot {
  readonly recording: Recording;
  readonly figure: HTMLElement;
  readonly chart: uPlot;
  readonly dt: number;
}

/** What the probes of one job record, drawn while it runs. */
export class ProbePlots {
  readonly #api: LabApi;
  readonly #resized = new ResizeObserver(() => this.#resize());
  readonly #colours = matchMedia('(prefers-color-scheme: dark)');
  #job: string | undefined;
  #plots: readonly ProbePlot[] = [];

  constructor(api: LabApi) {
    this.#api = api;
    this.#resized.observe(element('plots', HTMLElement));
    this.#colours.addEventListener('change', () => {
      for (const { chart } of this.#plots) chart.redraw(false);
    });
  }

  /** Follows a job that has made so many steps. */
  async follow(id: string, step: number): Promise<void> {
    if (this.#job !== id) await this.#open(id);
    for (const plot of this.#plots) {
      const isNews = await plot.recording.gatherUpTo(step);
      if (this.#job !== id) return;
      if (isNews) draw(plot);
    }
    show('probes-card', this.#plots.some(isDrawn));
  }

  async #open(id: string): Promise<void> {
    this.#job = id;
    for (const { chart } of this.#plots) chart.destroy();
    this.#plots = [];
    element('plots', HTMLElement).replaceChildren();
    show('probes-card', false);
    const list = await this.#api.probes(id);
    if (this.#job !== id) return;
    this.#plots = list.probes.slice(0, MOST_PLOTS).map((probe) => this.#plotOf(id, list, probe));
  }

  #plotOf(id: string, { steps, dt, unit }: ProbeList, probe: ProbeList['probes'][number]): ProbePlot {
    const recording = new Recording(steps, probe, (from, count, every) =>
      this.#api.samples(id, probe.name, from, count, every),
    );
    const figure = document.createElement('figure');
    figure.className = 'plot';
    figure.append(captionOf(probe));
    const box = document.createElement('div');
    box.setAttribute('role', 'img');
    box.setAttribute('aria-label', `What probe ${probe.name} recorded over time`);
    figure.append(box);
    const place = element('plots', HTMLElement);
    place.append(figure);
    const chart = new uPlot(optionsOf(probe, unit, place.clientWidth), [[]], box);
    return { recording, figure, chart, dt };
  }

  #resize(): void {
    const width = element('plots', HTMLElement).clientWidth;
    if (width > 0) for (const { chart } of this.#plots) chart.setSize({ width, height: HEIGHT });
  }
}

const isDrawn = ({ figure }: ProbePlot) => Number(figure.dataset.points) > 0;

/** A state's smallest and largest values are two series, and what lies between is filled. */
function draw({ recording, chart, dt, figure }: ProbePlot): void {
  const times = recording.middles.map((step) => step * dt);
  chart.setData([times, ...recording.states.flatMap(({ low, high }) => [high, low])]);
  figure.dataset.points = String(times.length);
}

function optionsOf({ states }: ProbeList['probes'][number], unit: string, width: number): uPlot.Options {
  const muted = () => variable('--muted');
  const grid = { stroke: () => variable('--line'), width: 1 };
  return {
    width: Math.max(width, 200),
    height: HEIGHT,
    legend: { show: false },
    cursor: { drag: { x: true, y: false } },
    scales: { x: { time: false } },
    axes: [
      { stroke: muted, grid, ticks: grid, label: `time in ${unit}`, labelSize: 22, size: 36 },
      { stroke: muted, grid, ticks: grid, size: 64, space: VALUE_SPACE },
    ],
    series: [
      {},
      ...states.flatMap((_, place) => {
        const stroke = () => colourOf(place);
        const dash = isDashed(place) ? { dash: DASH } : {};
        const series = { stroke, width: 1.5, points: { show: false }, ...dash };
        return [series, series];
      }),
    ],
    bands: states.map((_, place) => ({
      series: [2 * place + 1, 2 * place + 2],
      fill: () => `color-mix(in srgb, ${colourOf(place)} 30%, transparent)`,
    })),
  };
}

function captionOf({ name, cell, states }: ProbeList['probes'][number]): HTMLElement {
  const caption = document.createElement('figcaption');
  const title = document.createElement('strong');
  title.textContent = name;
  const place = document.createElement('span');
  place.textContent = `at x ${cell[2]}, y ${cell[1]}, z ${cell[0]}`;
  caption.append(title, place);
  for (const [index, state] of states.entries()) {
    const entry = document.createElement('span');
    const swatch = document.createElement('span');
    swatch.className = isDashed(index) ? 'swatch dashed' : 'swatch';
    swatch.style.setProperty('--colour', `var(--series-${index % COLOURS})`);
    entry.append(swatch, state);
    caption.append(entry);
  }
  return caption;
}

const isDashed = (place: number) => place >= COLOURS;

const colourOf = (place: number) => variable(`--series-${place % COLOURS}`);

/** A colour of the page, as it is in the colours that the visitor prefers. */
const variable = (name: string) => getComputedStyle(document.body).getPropertyValue(name).trim();
