import assert from 'node:assert/strict';
import { PROPERTIES, propertiesOf } from '../../transport/properties.js';
import type { Properties } from '../../transport/transport.js';
import type { Case } from './case.js';

const ALL: Required<Omit<Properties, 'priority'>> = {
  correlationId: '7',
  replyTo: '/replies',
  type: 'resize',
  contentType: 'text/plain',
  expiration: 60_000,
  headers: { text: 'caf\u00e9', number: -5, yes: true },
};

/** What goes with a message, where the transport carries it. */
export const properties: readonly Case[] = [
  {
    title: 'carries what goes with a message, or says that it does not',
    async run(setup) {
      const { sender, receiver } = await setup.both();
      for (const property of PROPERTIES) {
        const given = { [property]: ALL[property] };
        if (setup.capabilities.properties) {
          await setup.send(sender, 'x', given);
          const delivery = await setup.next(receiver);
          assert.deepEqual(propertiesOf(delivery), given);
          await setup.soon(delivery.ack(), 'a message was acknowledged');
        } else {
          const refused = sender.send(Buffer.from('x'), given);
          await assert.rejects(refused, { code: 'ERR_MQ_UNSUPPORTED', queue: setup.name });
        }
      }
      await setup.send(sender, 'y', setup.capabilities.properties ? ALL : {});
      const delivery = await setup.next(receiver);
      assert.equal(delivery.body.toString(), 'y');
      assert.deepEqual(propertiesOf(delivery), setup.capabilities.properties ? ALL : {});
      await setup.soon(delivery.ack(), 'a message was acknowledged');
    },
  },
];
