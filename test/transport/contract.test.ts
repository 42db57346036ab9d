import { rmSync } from 'node:fs';
import { PosixTransport } from 'posix-mqueue/service';
import {
  MemoryTransport,
  temporaryName,
  transportContract,
  type ContractOptions,
} from 'posix-mqueue/testing';
import { leaseFiles } from '../support/leases.js';

const names: string[] = [];
const name = (): string => {
  const made = temporaryName();
  names.push(made);
  return made;
};

const contracts: [what: string, options: ContractOptions][] = [
  ['PosixTransport', { make: () => new PosixTransport(), name }],
  ['MemoryTransport', { make: () => new MemoryTransport(), name }],
  [
    'MemoryTransport with properties',
    { make: () => new MemoryTransport({ properties: true }), name },
  ],
  [
    'PosixTransport with redelivery',
    { make: () => new PosixTransport(), name, receiver: { redelivery: true, concurrency: 4 } },
  ],
];

for (const [what, options] of contracts) {
  describe(`the contract of transports: ${what}`, () => {
    // A message that is given up stays in its lease file, also where its queue is gone.
    afterEach(() => {
      for (const each of names.splice(0)) for (const file of leaseFiles(each)) rmSync(file);
    });

    for (const { title, run } of transportContract(options)) it(title, run);
  });
}
