import { AmqpTransport } from 'posix-mqueue/amqp';
import { temporaryName, transportContract, type ContractOptions } from 'posix-mqueue/testing';

const url = process.env['AMQP_URL'] ?? '';

const contracts: [what: string, receiver: ContractOptions['receiver']][] = [
  ['AmqpTransport', {}],
  ['AmqpTransport with redelivery', { redelivery: true, concurrency: 4 }],
];

for (const [what, receiver] of contracts) {
  describe(`the contract of transports: ${what}`, () => {
    const cases = transportContract<AmqpTransport>({
      make: () => new AmqpTransport({ urls: url, durable: false }),
      name: temporaryName,
      receiver,
      end: (transport) => transport.close(),
      settling: 200,
    });
    for (const { title, run } of cases) it(title, run);
  });
}
