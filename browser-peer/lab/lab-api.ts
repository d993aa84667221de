import type { z } from 'zod';
import { GroundswellError, JobError } from '../../core/errors.js';
import type { RoomAddresses } from '../../core/protocol/addresses.js';
import {
  type Invitations,
  invitationsSchema,
  linksSchema,
  type Outline,
  outlineSchema,
  type ProbeList,
  probeListSchema,
  type RoomStatus,
  type RunEvents,
  type RunLinks,
  refusalSchema,
  roomStatusSchema,
  runEventsSchema,
  type Samples,
  type SweepMembers,
  samplesSchema,
  submittedSchema,
  sweepMembersSchema,
} from '../../core/protocol/api.js';

import { type ExportedLedger, ledgerSchema } from '../../core/trust/reputation/ledger.js';

/** A file that the coordinator has made, and what it calls it. */
export interface Download {
  readonly name: string;
  readonly content: Blob;
}

/** A request that the coordinator refuses, or that does not reach it. */
class RequestError extends GroundswellError {
  readonly code = 'request';
}

/** This page may not: it takes a link, or the token. */
export class RightsError extends RequestError {}

const TOKEN = 'groundswell-token';

export type ExportFormat = 'netcdf' | 'npy' | 'png' | 'mp4';

/**
 * The room's part of the coordinator's API, with the rights of this page: those of its address, and of a token that was
 * typed in. Every call throws RequestError, RightsError among them, and JobError where a job file is refused.
 */
export class LabApi {
  readonly #path: string;
  readonly #invite: string | undefined;

  constructor({ room, invite }: Pick<RoomAddresses, 'room' | 'invite'>) {
    this.#path = `/api/rooms/${room}`;
    this.#invite = invite;
  }

  /** Kept for as long as the tab is open. */
  useToken(token: string): void {
    sessionStorage.setItem(TOKEN, token);
  }

  forgetToken(): void {
    sessionStorage.removeItem(TOKEN);
  }

  get hasToken(): boolean {
    return sessionStorage.getItem(TOKEN) !== null;
  }

  status(): Promise<RoomStatus> {
    return this.#call(roomStatusSchema, 'GET', '');
  }

  /** Resolves to the job's id. */
  async submit(file: unknown): Promise<string> {
    return (await this.#call(submittedSchema, 'POST', '/jobs', JSON.stringify({ file }))).id;
  }

  async start(id: string): Promise<void> {
    await this.#ask('POST', `/jobs/${id}/start`);
  }

  async stop(id: string): Promise<void> {
    await this.#ask('POST', `/jobs/${id}/stop`);
  }

  events(after: number): Promise<RunEvents> {
    return this.#call(runEventsSchema, 'GET', `/events?after=${after}`);
  }

  probes(id: string): Promise<ProbeList> {
    return this.#call(probeListSchema, 'GET', `/jobs/${id}/probes`);
  }

  samples(id: string, probe: string, from: number, count: number, every: number): Promise<Samples> {
    const query = new URLSearchParams({ from: String(from), count: String(count), every: String(every) });
    return this.#call(samplesSchema, 'GET', `/jobs/${id}/probes/${probe}?${query}`);
  }

  members(id: string): Promise<SweepMembers> {
    return this.#call(sweepMembersSchema, 'GET', `/jobs/${id}/members`);
  }

  links(id: string): Promise<RunLinks> {
    return this.#call(linksSchema, 'GET', `/jobs/${id}/links`);
  }

  credit(): Promise<ExportedLedger> {
    return this.#call(ledgerSchema, 'GET', '/credit');
  }

  /** Of a file that says who has done how much. */
  creditAddress(format: 'json' | 'csv'): string {
    return this.#address(`/credit?format=${format}`);
  }

  outline(id: string): Promise<Outline> {
    return this.#call(outlineSchema, 'GET', `/jobs/${id}/result`);
  }

  invitations(): Promise<Invitations> {
    return this.#call(invitationsSchema, 'GET', '/invitations');
  }

  /** Of a file made of a result, or of a part of it. */
  exportAddress(id: string, format: ExportFormat, what?: string): string {
    return this.#address(
      `/jobs/${id}/export?${new URLSearchParams({ format, ...(what !== undefined && { what }) })}`,
    );
  }

  /** What lies at one of the addresses above. A link alone would not do: it carries no token. */
  async download(address: string): Promise<Download> {
    const response = await this.#request('GET', address);
    const name = /filename="?([^";]+)"?/.exec(response.headers.get('content-disposition') ?? '')?.[1];
    const content = await response.blob().catch(() => {
      throw new RequestError('The connection broke before the file was whole.');
    });
    return { name: name ?? '', content };
  }

  async #call<T>(schema: z.ZodType<T>, method: 'GET' | 'POST', path: string, body?: string): Promise<T> {
    const parsed = schema.safeParse(await this.#ask(method, path, body));
    if (parsed.success) return parsed.data;
    throw new RequestError('The coordinator speaks another version. Reload the page.');
  }

  async #ask(method: 'GET' | 'POST', path: string, body?: string): Promise<unknown> {
    const response = await this.#request(method, this.#address(path), body);
    return response.json().catch(() => undefined);
  }

  async #request(method: 'GET' | 'POST', address: string, body?: string): Promise<Response> {
    const token = sessionStorage.getItem(TOKEN);
    const headers = {
      ...(token !== null && { authorization: `Bearer ${token}` }),
      ...(body !== undefined && { 'content-type': 'application/json' }),
    };
    const response = await fetch(address, {
      method,
      headers,
      ...(body !== undefined && { body }),
    }).catch(() => {
      throw new RequestError('The coordinator does not answer.');
    });
    if (response.ok) return response;
    const answer: unknown = await response.json().catch(() => undefined);
    const refused = refusalSchema.safeParse(answer).data?.error;
    if (refused?.faults) throw new JobError(refused.faults);
    if (response.status === 401 || response.status === 403)
      throw new RightsError(refused?.message ?? 'The coordinator does not let this page in.');
    throw new RequestError(refused?.message ?? `The coordinator answers with status ${response.status}.`);
  }

  #address(path: string): string {
    if (this.#invite === undefined) return this.#path + path;
    return `${this.#path}${path}${path.includes('?') ? '&' : '?'}invite=${this.#invite}`;
  }
}
