import { Command } from 'commander';
import { prometheusMetrics } from '../../inspect.js';
import { queueNames } from '../arguments/common.js';
import { interrupted } from '../base/interruption.js';
import { knownQueue } from '../arguments/known-queue.js';
import { listenAddress, type ListenAddress } from '../arguments/listen.js';
import { write } from '../base/output.js';

interface Given {
  readonly listen?: ListenAddress;
}

export const command: Command = new Command('metrics')
  .description('print how full the queues are, what they take and the limits, for Prometheus')
  .argument('[name...]', 'names of the queues (default: all)', queueNames)
  .option(
    '--listen <[host]:port>',
    'serve that as /metrics until a signal ends it; without a host for this machine alone',
    listenAddress,
  )
  .addHelpText(
    'after',
    `
It takes no message. Of receivers with redelivery it tells the messages in hand, those of dead ones, and those that were
given up. All queues need the mqueue file system: see mqueue ls --mount.

Examples:
  mqueue metrics > /var/lib/node_exporter/mqueue.prom
  mqueue metrics --listen :9464
  mqueue metrics jobs results --listen 0.0.0.0:9464`,
  )
  .action(async (given: readonly string[], { listen }: Given) => {
    const options = given.length === 0 ? {} : { names: given };
    // Before anything is served: what is wrong now is told now.
    await Promise.all(given.map(knownQueue));
    const text = await prometheusMetrics(options);
    if (listen === undefined) {
      await write(text);
      return;
    }
    const { serveMetrics } = await import('../services/metrics-server.js');
    await serveMetrics(listen, () => prometheusMetrics(options), interrupted());
  });
