import { StoreError } from '../../core/errors.js';
import { isKey } from './key.js';

/** A bucket of an S3 server, and what that server needs of its clients. */
export interface S3Address {
  readonly bucket: string;
  /** What all keys begin with; empty, or parts of a key without a slash at the end. */
  readonly prefix: string;
  /** The server's origin; AWS where it is left out, or what AWS_ENDPOINT_URL_S3 says. */
  readonly endpoint?: string;
  /** As the environment or AWS's configuration files say where it is left out. */
  readonly region?: string;
  /** Whether the bucket stands in the path of addresses or in their host. */
  readonly addressing: 'path' | 'host';
  /** How If-Match wants an ETag: the standard quotes it, Ceph's gateway takes it only bare. */
  readonly etags: 'quoted' | 'bare';
  /** What guards bodies on their way to the server. Ceph 16 takes a wrong CRC-32, so MD5 is the rule. */
  readonly checksums: 'md5' | 'crc32';
}

export const S3_ADDRESS_EXAMPLE = 's3://bucket/prefix?endpoint=https://s3.example.org';

/** Room for our longest keys within S3's 1024 bytes. */
const MAX_PREFIX_LENGTH = 256;

/**
 * Reads `s3://bucket/prefix?endpoint=…&region=…&addressing=path|host&etags=quoted|bare&checksums=md5|crc32`;
 * only the bucket is needed. With an endpoint, addressing is by path and the region us-east-1 unless they are given.
 * @throws StoreError that names the part that is wrong.
 */
export function s3Address(text: string): S3Address {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url?.protocol !== 's3:' || url.username !== '' || url.port !== '' || url.hash !== '') {
    throw refused(text, `give an address like ${S3_ADDRESS_EXAMPLE}`);
  }
  const bucket = url.hostname;
  if (!/^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/.test(bucket)) {
    throw refused(text, 'a bucket has 3 to 63 small letters, digits, "-" and "."');
  }
  const prefix = url.pathname.replace(/^\//, '').replace(/\/$/, '');
  if (prefix !== '' && (!isKey(prefix) || prefix.length > MAX_PREFIX_LENGTH)) {
    throw refused(text, 'a prefix has parts of letters, digits, ".", "-" and "_", separated by "/"');
  }

  const given = new Map(url.searchParams);
  const take = (name: string) => {
    const value = given.get(name);
    given.delete(name);
    return value;
  };
  const choose = <Choice extends string>(name: string, usual: Choice, other: Choice): Choice => {
    const value = take(name) ?? usual;
    const choice = [usual, other].find((one) => one === value);
    if (choice === undefined) throw refused(text, `${name} is ${usual} or ${other}`);
    return choice;
  };
  const endpoint = take('endpoint');
  if (endpoint !== undefined && !/^https?:\/\/[^/?#@]+\/?$/.test(endpoint)) {
    throw refused(text, 'an endpoint is an origin, like https://s3.example.org');
  }
  const region = take('region') ?? (endpoint === undefined ? undefined : 'us-east-1');
  const byHost = endpoint === undefined;
  const address: S3Address = {
    bucket,
    prefix,
    ...(endpoint !== undefined && { endpoint: endpoint.replace(/\/$/, '') }),
    ...(region !== undefined && { region }),
    addressing: byHost ? choose('addressing', 'host', 'path') : choose('addressing', 'path', 'host'),
    etags: choose('etags', 'quoted', 'bare'),
    checksums: choose('checksums', 'md5', 'crc32'),
  };
  const [unknown] = given.keys();
  if (unknown !== undefined) {
    throw refused(text, `${unknown} is none of endpoint, region, addressing, etags, checksums`);
  }
  return address;
}

/** Without how to reach it, as people and xarray write it. */
export const locationOf = ({ bucket, prefix }: S3Address): string =>
  prefix === '' ? `s3://${bucket}` : `s3://${bucket}/${prefix}`;

const refused = (text: string, fix: string) =>
  new StoreError(`${JSON.stringify(text)} is no S3 store: ${fix}`);
