import { InvalidArgumentError } from 'commander';

/** Where a server is to be. */
export interface ListenAddress {
  readonly host: string;
  readonly port: number;
}

const LOOPBACK = '127.0.0.1';
const LARGEST_PORT = 65_535;

/** Of `:9464`, `host:9464` or `[::1]:9464`. Without a host nobody else's machine gets there. */
export function listenAddress(value: string): ListenAddress {
  const {
    six,
    host = '',
    port,
  } = /^(?:\[(?<six>[0-9a-f:.]+)\]|(?<host>[^:[\]]*)):(?<port>\d{1,5})$/i.exec(value)?.groups ?? {};
  if (port !== undefined && Number(port) <= LARGEST_PORT) {
    return { host: six ?? (host === '' ? LOOPBACK : host), port: Number(port) };
  }
  throw new InvalidArgumentError(
    'It is a port with a colon before it, and a host before that: :9464.',
  );
}
